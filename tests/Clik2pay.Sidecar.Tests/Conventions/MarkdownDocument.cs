using System.Text.RegularExpressions;
using Clik2pay.Sidecar.Tests.Support;
using Markdig;
using Markdig.Extensions.AutoIdentifiers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Clik2pay.Sidecar.Tests.Conventions;

/// <summary>A document of the repository, parsed as GitHub parses it.</summary>
internal sealed partial class MarkdownDocument
{
    /// <summary>Parses tables, and gives headings the same anchors as GitHub.</summary>
    public static readonly MarkdownPipeline Pipeline =
        new MarkdownPipelineBuilder().UsePipeTables().UseAutoIdentifiers(AutoIdentifierOptions.GitHub).Build();

    private MarkdownDocument(string path)
    {
        Path = path;
        Text = Repository.Read(path);
        Lines = Text.TrimEnd('\n').Split('\n').Length;
        var parsed = Markdown.Parse(Text, Pipeline);
        Anchors = [.. parsed.Descendants<HeadingBlock>().Select(heading => heading.GetAttributes().Id!)];
        Links =
        [
            .. parsed.Descendants<LinkInline>().Where(link => !link.IsImage).Select(link => link.Url!),
            .. HtmlSource().Matches(Text).Select(source => source.Groups["address"].Value),
        ];
        Images =
        [
            .. parsed.Descendants<LinkInline>().Where(link => link.IsImage).Select(image => (image.Url!, AltTextOf(image))),
            .. ReadHtmlImages(),
        ];
        Runs = [.. RunMark().Matches(Text).Select(match => match.Groups["name"].Value)];
    }

    /// <summary>All documents, in the order of their paths. The output of builds and of package managers is excluded.</summary>
    public static IReadOnlyList<MarkdownDocument> All { get; } =
    [
        .. Directory.EnumerateFiles(Repository.Root, "*.md").Select(file => System.IO.Path.GetFileName(file))
            .Concat(Repository.FilesIn(["docs", "charts", "examples", "src"], ".md"))
            .Order(StringComparer.Ordinal).Select(path => new MarkdownDocument(path)),
    ];

    /// <summary>Relative to the root of the repository.</summary>
    public string Path { get; }

    public string Text { get; }

    public int Lines { get; }

    /// <summary>The anchors of the headings.</summary>
    public IReadOnlyList<string> Anchors { get; }

    public IReadOnlyList<string> Links { get; }

    public IReadOnlyList<(string Address, string AltText)> Images { get; }

    /// <summary>The names of the blocks that a test script runs.</summary>
    public IReadOnlyList<string> Runs { get; }

    /// <returns>The path of a link's target from the root of the repository.</returns>
    public string Resolve(string link)
    {
        var folder = System.IO.Path.GetDirectoryName(System.IO.Path.GetFullPath(Path, Repository.Root))!;
        return System.IO.Path.GetRelativePath(Repository.Root, System.IO.Path.GetFullPath(link, folder));
    }

    private static string AltTextOf(LinkInline image) =>
        string.Concat(image.Descendants<LiteralInline>().Select(text => text.Content.ToString()));

    private IEnumerable<(string Address, string AltText)> ReadHtmlImages() =>
        from Match image in HtmlImage().Matches(Text)
        select (image.Groups["address"].Value, AltText().Match(image.Value) is { Success: true } alt ? alt.Groups["text"].Value : "");

    [GeneratedRegex(
        "^<!-- run: (?<name>[a-z0-9-]+) -->\r?$",
        RegexOptions.ExplicitCapture | RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex RunMark();

    [GeneratedRegex("<img\\s[^>]*src=\"(?<address>[^\"]+)\"[^>]*>", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex HtmlImage();

    [GeneratedRegex("<source\\s[^>]*srcset=\"(?<address>[^\"]+)\"[^>]*>", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex HtmlSource();

    [GeneratedRegex("alt=\"(?<text>[^\"]+)\"", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex AltText();
}
