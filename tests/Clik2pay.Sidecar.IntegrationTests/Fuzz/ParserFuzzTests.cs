using Clik2pay.Sidecar.IntegrationTests.Fuzz.Parsers;
using Clik2pay.Sidecar.IntegrationTests.Support;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz;

/// <summary>
/// Parsers of untrusted input, each with its corpus and with changes of it. Trailers are in
/// <see cref="RequestFuzzTests"/> and <see cref="ResponseFuzzTests"/>.
/// </summary>
public sealed class ParserFuzzTests
{
    [Fact]
    public void No_target_is_accepted_that_servers_understand_differently() => Run("targets", TargetParser.Check);

    [Fact]
    public void A_header_is_a_credential_or_nominated_exactly_if_its_name_says_so() => Run("headers", HeaderRulesParser.Check);

    [Fact]
    public void A_token_response_gives_a_usable_token_or_a_failure_that_quotes_nothing() =>
        Run("token-responses", TokenResponseParser.Check);

    [Fact]
    public void The_expiry_of_any_token_is_read_without_an_exception() => Run("tokens", JwtParser.Check);

    [Fact]
    public void No_changed_value_from_Redis_opens() => Run("sealed-values", SealedValueParser.Check, SealedValueParser.Seeds);

    /// <param name="name">The corpus.</param>
    /// <param name="check">Returns what is wrong; null if nothing is.</param>
    /// <param name="seeds">Inputs that the corpus cannot hold.</param>
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
        Figures.Report($"{count} changed inputs of the corpus {name}, which has {corpus.Count}: every result is a documented one");
    }
}
