using Clik2pay.Sidecar.IntegrationTests.Fuzz.Parsers;
using Clik2pay.Sidecar.IntegrationTests.Fuzz.Runs;
using Clik2pay.Sidecar.IntegrationTests.Support;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz;

/// <summary>
/// Runs parsers of untrusted input with a corpus and with random changes of its inputs. Trailers are covered by
/// <see cref="RequestFuzzTests"/> and <see cref="ResponseFuzzTests"/>.
/// </summary>
public sealed class ParserFuzzTests
{
    [Fact]
    public void A_target_that_servers_interpret_differently_is_never_accepted() => Run("targets", TargetParser.Check);

    [Fact]
    public void Only_matching_letters_and_digits_make_a_header_a_credential_and_only_options_of_Connection_are_nominated() =>
        Run("headers", HeaderRulesParser.Check);

    [Fact]
    public void A_token_response_results_in_a_usable_token_or_in_a_failure_that_does_not_quote_the_body() =>
        Run("token-responses", TokenResponseParser.Check);

    [Fact]
    public void Reading_the_expiry_of_any_token_throws_no_exception() => Run("tokens", JwtParser.Check);

    [Fact]
    public void A_changed_value_from_Redis_does_not_open() => Run("sealed-values", SealedValueParser.Check, SealedValueParser.Seeds);

    /// <param name="name">The name of the corpus.</param>
    /// <param name="check">Returns the error in the result, or null if the result is correct.</param>
    /// <param name="seeds">Inputs that the corpus cannot contain.</param>
    private static void Run(string name, Func<byte[], string?> check, params byte[][] seeds)
    {
        var findings = new Findings();
        var corpus = Corpus.Read(name).Concat(seeds).ToList();
#pragma warning disable CA5394, RS0030 // A seed makes a failure repeatable.
        var random = new Random(20261129);
#pragma warning restore CA5394, RS0030
        var mutator = new Mutator(random);
        var count = LongTests.Repeats(many: 1_000_000, few: 50_000);
        for (var i = 0; i < corpus.Count + count; i++)
        {
            var input = i < corpus.Count ? corpus[i] : mutator.Change(corpus[random.Next(corpus.Count)]);
            try
            {
                if (check(input) is { } fault)
                    findings.Add(fault, input);
            }
            catch (Exception e)
            {
                findings.Add($"{e.GetType()}", input, $"{e}");
            }
        }

        findings.AssertNone();
        Figures.Report($"{count} changed inputs of the corpus {name}, which has {corpus.Count}: every result is correct");
    }
}
