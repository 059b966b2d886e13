using System.Text.RegularExpressions;
using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Conventions;

/// <summary>
/// Code, messages, test names and documents use the field's words and plain sentences (CONTRIBUTING.md, "Names and language").
/// </summary>
public sealed partial class VocabularyTests
{
    /// <summary>Each word to avoid, with its replacement.</summary>
    private static readonly Dictionary<string, string> Words = new(StringComparer.OrdinalIgnoreCase)
    {
        ["ambience"] = "the clock, defaults",
        ["ambient"] = "the clock, defaults",
        ["answer"] = "response, respond",
        ["answered"] = "responded",
        ["answers"] = "responses, responds",
        ["candidate"] = "pending credentials",
        ["foreign"] = "invalid",
        ["judge"] = "validate",
        ["judged"] = "validated",
        ["judges"] = "validates",
        ["mistake"] = "error",
        ["mistakes"] = "errors",
        ["neighbour"] = "AdminClient",
        ["patience"] = "timeout",
        ["told"] = "reported, distinguished",
        ["visit"] = "operation",
        ["visits"] = "operations",
        ["whatever"] = "a plain sentence with a subject",
        ["whichever"] = "a plain sentence with a subject",
        ["whoever"] = "a plain sentence with a subject",
    };

    private static readonly string[] Phrases =
    [
        "callers feel", "in place of", "is told", "that is none", "looks after", "must be said", "is said", "was had", "way of a request",
        "way of a token", "way back",
    ];

    /// <summary>
    /// A message of ASP.NET Core, names of an alert and of a status field, which users rely on, and the name of a mode of Istio.
    /// </summary>
    private static readonly string[] Quotes =
        ["candidate(s) found", "ForeignValue", "\"answers\"", "\\\"answers\\\"", "`answers`", "ambient mode"];

    [Fact]
    public void Names_comments_and_messages_avoid_the_words_that_the_style_guide_replaces()
    {
        var found = from path in Files()
                    from line in Repository.Read(path).Split('\n').Index()
                    from word in WordsOf(WithoutQuotes(line.Item))
                    where Words.ContainsKey(word)
                    select $"{path}:{line.Index + 1}: {word} (write {Words[word]})";

        Violations.AssertNone(found);
    }

    [Fact]
    public void Comments_and_messages_avoid_the_phrases_that_the_style_guide_replaces()
    {
        var found = from path in Files()
                    from line in Repository.Read(path).Split('\n').Index()
                    from phrase in Phrases
                    where line.Item.Contains(phrase, StringComparison.OrdinalIgnoreCase)
                    select $"{path}:{line.Index + 1}: {phrase}";

        Violations.AssertNone(found);
    }

    /// <summary>The changelog keeps the language of its time.</summary>
    private static IEnumerable<string> Files() =>
        from path in Repository.FilesIn(["src", "tests"], ".cs", ".sh", ".py", ".mjs", ".html")
            .Concat(Repository.FilesIn(["charts", "observability", "examples"], ".yaml", ".tpl", ".txt", ".py", ".sh", ".mjs", ".php"))
            .Concat(MarkdownDocument.All.Select(document => document.Path))
        where Path.GetFileNameWithoutExtension(path) != nameof(VocabularyTests) && path != "CHANGELOG.md"
        select path;

    private static string WithoutQuotes(string line) =>
        Quotes.Aggregate(line, (rest, quote) => rest.Replace(quote, "", StringComparison.Ordinal));

    /// <summary>
    /// The words of a line, including those inside names. Names in snake case are left out, because they name metrics, labels and fields.
    /// </summary>
    private static IEnumerable<string> WordsOf(string line) =>
        Name().Matches(line).Select(name => name.Value)
            .Where(name => !SnakeCase().IsMatch(name))
            .SelectMany(name => Word().Matches(name).Select(word => word.Value));

    [GeneratedRegex(@"\w+", RegexOptions.NonBacktracking)]
    private static partial Regex Name();

    [GeneratedRegex("^[a-z0-9]+(_[a-z0-9]+)+$", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex SnakeCase();

    [GeneratedRegex("[A-Z]?[a-z]+|[A-Z]+", RegexOptions.NonBacktracking)]
    private static partial Regex Word();
}
