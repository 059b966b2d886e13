using System.Text.RegularExpressions;
using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Conventions;

/// <summary>Documents are short, link to what exists, and show commands that a test script runs.</summary>
public sealed partial class DocumentationTests
{
    private const int MaxLines = 250;
    private const int MaxLinesOfGuide = 150;

    /// <summary>Documents with another limit. Zero means no limit: the document is for look-up or for contributors.</summary>
    private static readonly Dictionary<string, int> Limits = new(StringComparer.Ordinal)
    {
        ["README.md"] = 200,
        ["SECURITY.md"] = 30,
        ["CHANGELOG.md"] = 0,
        ["charts/clik2pay-sidecar/README.md"] = 0, // A chart test limits the prose. The table of values is generated.
        ["docs/how-to/size.md"] = 200,
        ["docs/runbook.md"] = 0,
        ["docs/reference/configuration.md"] = 0,
        ["docs/reference/metrics-traces-logs.md"] = 0,
    };

    /// <summary>What a line of a script that runs a block contains: the name of a function, or the keyword of a loop.</summary>
    private static readonly string[] Runners = ["block ", "check_guide ", "step ", "for "];

    private static readonly IReadOnlyDictionary<string, MarkdownDocument> Documents =
        MarkdownDocument.All.ToDictionary(document => document.Path, StringComparer.Ordinal);

    [Fact]
    public void Links_and_images_lead_to_files_and_headings_that_exist()
    {
        var broken = from document in Documents.Values
                     from link in document.Links.Concat(document.Images.Select(image => image.Address))
                     where !Uri.TryCreate(link, UriKind.Absolute, out _) && !IsOnGitHub(link) && !Exists(document, link)
                     select $"{document.Path}: {link}";

        Violations.AssertNone(broken);
    }

    [Fact]
    public void Images_have_a_text_alternative() => Violations.AssertNone(
        from document in Documents.Values
        from image in document.Images
        where image.AltText.Length == 0
        select $"{document.Path}: {image.Address}");

    [Fact]
    public void The_index_of_the_documentation_links_to_each_page()
    {
        var index = Documents["docs/README.md"];
        var linked = index.Links.Select(link => index.Resolve(link.Split('#')[0])).ToHashSet(StringComparer.Ordinal);

        Violations.AssertNone(Documents.Keys.Where(path =>
            path.StartsWith("docs/", StringComparison.Ordinal) && path != index.Path && !linked.Contains(path)));
    }

    [Fact]
    public void Documents_are_short() => Violations.AssertNone(
        from document in Documents.Values
        let isGuide = document.Path.StartsWith("docs/how-to/", StringComparison.Ordinal)
        let limit = Limits.GetValueOrDefault(document.Path, isGuide ? MaxLinesOfGuide : MaxLines)
        where limit > 0 && document.Lines > limit
        select $"{document.Path}: {document.Lines} lines, of at most {limit}");

    [Fact]
    public void A_test_script_runs_each_marked_block()
    {
        var scripts = Repository.FilesIn(["tests"], ".sh").Select(Repository.Read).ToList();
        var forgotten = from document in Documents.Values
                        from name in document.Runs
                        where !scripts.Any(script => script.Contains(document.Path, StringComparison.Ordinal) && RunsBlock(script, name))
                        select $"{document.Path}: {name}";

        Violations.AssertNone(forgotten);
    }

    [Fact]
    public void Names_of_marked_blocks_are_unique_in_their_document() => Violations.AssertNone(
        from document in Documents.Values
        from name in document.Runs.GroupBy(name => name, StringComparer.Ordinal)
        where name.Count() > 1
        select $"{document.Path}: {name.Key}");

    [Fact]
    public void Code_files_that_documents_name_exist()
    {
        var missing = from document in Documents.Values
                      where document.Path != "CHANGELOG.md"
                      from Match name in CodeFile().Matches(document.Text)
                      let path = name.Groups["path"].Value
                      where !LocationsOf(path).Any(file => File.Exists(Path.Combine(Repository.Root, file)))
                      select $"{document.Path}: {path}";

        Violations.AssertNone(missing);
    }

    /// <summary>Whether a line passes the name of a block to a function such as <c>check_block</c>, or lists the name in a loop.</summary>
    private static bool RunsBlock(string script, string name) => script.Split('\n')
        .Where(line => Runners.Any(runner => line.Contains(runner, StringComparison.Ordinal)))
        .Any(line => BlockName().Matches(line).Any(word => word.Value == name));

    /// <summary>GitHub resolves these links against the address of the repository.</summary>
    private static bool IsOnGitHub(string link) => link.StartsWith("../../actions/", StringComparison.Ordinal)
        || link.StartsWith("../../issues/", StringComparison.Ordinal);

    private static bool Exists(MarkdownDocument document, string link)
    {
        var parts = link.Split('#');
        var path = parts[0].Length == 0 ? document.Path : document.Resolve(parts[0]);
        return Path.Exists(Repository.PathOf(path))
            && (parts.Length == 1 || (Documents.TryGetValue(path, out var target) && target.Anchors.Contains(parts[1])));
    }

    /// <summary>A document may give a path from the root of the repository, of the program or of its tests.</summary>
    private static string[] LocationsOf(string path) => [path, $"src/Clik2pay.Sidecar/{path}", $"tests/Clik2pay.Sidecar.Tests/{path}"];

    [GeneratedRegex("[A-Za-z0-9_-]+", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex BlockName();

    [GeneratedRegex("`(?<path>[A-Za-z0-9_.]+/[A-Za-z0-9_./-]+\\.cs)`", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex CodeFile();
}
