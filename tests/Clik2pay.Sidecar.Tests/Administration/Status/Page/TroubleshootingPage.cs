using Clik2pay.Sidecar.Tests.Support;
using Markdig;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Clik2pay.Sidecar.Tests.Administration.Status.Page;

/// <summary>Converts <c>docs/troubleshooting.md</c> to the page that the sidecar serves.</summary>
internal static class TroubleshootingPage
{
    public const string Document = "docs/troubleshooting.md";

    public static readonly string File =
        Repository.PathOf("src", "Clik2pay.Sidecar", "Administration", "Status", "Page", "troubleshooting.html");

    /// <param name="markdown">The text of the document.</param>
    public static string Convert(string markdown)
    {
        var document = Markdown.Parse(markdown.ReplaceLineEndings("\n"), Conventions.MarkdownDocument.Pipeline);
        foreach (var comment in document.Descendants<HtmlBlock>().ToList())
            comment.Parent!.Remove(comment);
        foreach (var link in document.Descendants<LinkInline>().ToList())
            Localize(link);
        var sections = document.Descendants<HeadingBlock>().Where(heading => heading.Level == 2)
            .Select(heading => $"""<li><a href="#{heading.GetAttributes().Id}">{heading.Inline.ToHtml()}</a></li>""");
        var body = document.ToHtml(Conventions.MarkdownDocument.Pipeline);
        var firstSection = body.IndexOf("<h2", StringComparison.Ordinal);
        return $"""
            <!doctype html>
            <html lang="en">
            <head>
            <meta charset="utf-8">
            <meta name="viewport" content="width=device-width, initial-scale=1">
            <title>Troubleshooting – Clik2pay Sidecar</title>
            <link rel="icon" href="data:,">
            <style>STYLE</style>
            </head>
            <body>
            <main>
            <p><a href="./">Status page</a></p>
            <article>
            {body[..firstSection].TrimEnd()}
            <nav aria-label="Sections">
            <ul>
            {string.Join('\n', sections)}
            </ul>
            </nav>
            {body[firstSection..].TrimEnd()}
            </article>
            </main>
            </body>
            </html>

            """;
    }

    private static string ToHtml(this ContainerInline? inline)
    {
        using var text = new StringWriter();
        new HtmlRenderer(text).WriteChildren(inline!);
        return text.ToString();
    }

    /// <summary>Replaces a link to another document with the path of the document, because the sidecar serves no other document.</summary>
    private static void Localize(LinkInline link)
    {
        var target = link.Url!;
        if (target.StartsWith('#') || target.StartsWith("https://", StringComparison.Ordinal))
            return;

        var path = new Uri(new Uri($"file:///{Document}"), target);
        Inline[] replacement =
        [
            .. link.ToList(),
            new LiteralInline(" ("),
            new CodeInline(path.AbsolutePath[1..] + path.Fragment) { Delimiter = '`', DelimiterCount = 1 },
            new LiteralInline(")"),
        ];
        foreach (var inline in replacement)
        {
            inline.Remove();
            link.InsertBefore(inline);
        }

        link.Remove();
    }
}
