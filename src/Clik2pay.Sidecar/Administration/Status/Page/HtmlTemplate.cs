using System.Net;
using System.Text;

namespace Clik2pay.Sidecar.Administration.Status.Page;

/// <summary>
/// Renders an HTML template in a subset of Mustache (https://mustache.github.io/mustache.5.html). <c>{{name}}</c> is replaced with an
/// HTML-encoded value. The lines between <c>{{#name}}</c> and <c>{{/name}}</c> are repeated for each item of a list.
/// </summary>
internal static class HtmlTemplate
{
    private const string Begin = "{{";
    private const string End = "}}";

    /// <param name="template">The text of the template.</param>
    /// <param name="values">A string for each placeholder, and an <c>IReadOnlyList</c> of item values for each list.</param>
    public static string Render(string template, IReadOnlyDictionary<string, object> values)
    {
        var page = new StringBuilder();
        Render(template, values, page);
        return page.ToString();
    }

    private static void Render(ReadOnlySpan<char> template, IReadOnlyDictionary<string, object> values, StringBuilder page)
    {
        while (template.IndexOf(Begin, StringComparison.Ordinal) is >= 0 and var begin)
        {
            page.Append(template[..begin]);
            var length = template[begin..].IndexOf(End, StringComparison.Ordinal);
            var name = template.Slice(begin + Begin.Length, length - Begin.Length).ToString();
            template = template[(begin + length + End.Length)..];
            if (!name.StartsWith('#'))
            {
                page.Append(WebUtility.HtmlEncode((string)values[name]));
                continue;
            }

            var end = $"{Begin}/{name[1..]}{End}\n";
            var body = template[1..template.IndexOf(end, StringComparison.Ordinal)];
            foreach (var item in (IReadOnlyList<Dictionary<string, object>>)values[name[1..]])
                Render(body, item, page);
            template = template[(body.Length + 1 + end.Length)..];
        }

        page.Append(template);
    }
}
