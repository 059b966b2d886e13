using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Clik2pay.Sidecar.Administration.Status.Page;
using Clik2pay.Sidecar.Requests.State;
using Clik2pay.Sidecar.Telemetry;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Tests.Administration.Status.Page;

/// <summary>
/// The troubleshooting page, a copy of <c>docs/troubleshooting.md</c> in the program. After a change of the document,
/// <c>UPDATE_PAGES=1 dotnet test --project tests/Clik2pay.Sidecar.Tests --filter-class '*TroubleshootingPageTests'</c> rewrites the copy.
/// </summary>
public sealed partial class TroubleshootingPageTests
{
    [Fact]
    public void The_page_is_the_converted_document()
    {
        var page = TroubleshootingPage.Convert(Repository.Read(TroubleshootingPage.Document));
        if (Environment.GetEnvironmentVariable("UPDATE_PAGES") == "1")
            File.WriteAllText(TroubleshootingPage.File, page);

        Assert.True(
            page == File.ReadAllText(TroubleshootingPage.File),
            "troubleshooting.html differs from docs/troubleshooting.md. Run this test with UPDATE_PAGES=1, and build again.");
    }

    [Fact]
    public void Each_heading_that_the_status_page_links_to_exists()
    {
        var headings = Enum.GetValues<RefreshOutcome>().Select(Troubleshooting.HeadingFor)
            .Concat(Enum.GetValues<ErrorCode>().Select(code => Troubleshooting.HeadingForResponses(code.ToSnakeCase())))
            .Append(Troubleshooting.ShuttingDown).Append(Troubleshooting.Rotation).Append(Troubleshooting.Redis);

        foreach (var heading in headings.Where(heading => heading is not null))
            Assert.Contains($"<h2 id=\"{Troubleshooting.AnchorOf(heading!)}\">", Page, StringComparison.Ordinal);
    }

    [Fact]
    public void Each_error_code_has_a_section() => Assert.All(
        Enum.GetValues<ErrorCode>(),
        code => Assert.Contains(code.ToSnakeCase(), Troubleshooting.HeadingForResponses(code.ToSnakeCase())!, StringComparison.Ordinal));

    [Fact]
    public void The_page_has_one_title_and_a_list_of_its_sections()
    {
        var sections = Heading().Matches(Page).Select(heading => heading.Groups["id"].Value).ToList();

        Assert.Single(Regex.Matches(Page, "<h1", RegexOptions.NonBacktracking));
        Assert.Equal(sections, Section().Matches(Page).Select(section => section.Groups["id"].Value));
        Assert.Equal(sections.Distinct(StringComparer.Ordinal), sections);
        Assert.True(sections.Count > 15);
    }

    [Fact]
    public void Links_lead_to_sections_of_the_page_to_the_status_page_or_to_other_sites()
    {
        var ids = Id().Matches(Page).Select(id => $"#{id.Groups["id"].Value}").ToHashSet(StringComparer.Ordinal);

        Assert.All(
            Href().Matches(Page).Select(href => WebUtility.HtmlDecode(href.Groups["target"].Value)),
            target => Assert.True(
                target is "./" or "data:," || ids.Contains(target) || target.StartsWith("https://", StringComparison.Ordinal), target));
        Assert.DoesNotContain(" src=", Page, StringComparison.Ordinal);
        Assert.DoesNotContain("<script", Page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("[a `b`](reference/x.md#y)", "<p>a <code>b</code> (<code>docs/reference/x.md#y</code>)</p>")]
    [InlineData("[a](../README.md)", "<p>a (<code>README.md</code>)</p>")]
    [InlineData("[a](#b)", """<p><a href="#b">a</a></p>""")]
    [InlineData("[a](https://example.com/)", """<p><a href="https://example.com/">a</a></p>""")]
    [InlineData("a<b> & \"c\"", "<p>a<b> &amp; &quot;c&quot;</p>")]
    [InlineData("<!-- run: a -->\n```bash\na < b\n```", "<pre><code class=\"language-bash\">a &lt; b\n</code></pre>")]
    [InlineData(
        "| a |\n|---|\n| b |",
        "<table>\n<thead>\n<tr>\n<th>a</th>\n</tr>\n</thead>\n<tbody>\n<tr>\n<td>b</td>\n</tr>\n</tbody>\n</table>")]
    [InlineData("## 503 a_b", """<h2 id="503-a_b">503 a_b</h2>""")]
    public void Markdown_is_converted(string markdown, string html)
    {
        var page = TroubleshootingPage.Convert($"# Title\n\n## B\n\n{markdown}\n");

        Assert.Contains($"</nav>\n<h2 id=\"b\">B</h2>\n{html}\n</article>", page, StringComparison.Ordinal);
        Assert.DoesNotContain("run: a", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_administration_listener_serves_the_page_to_GET_and_HEAD()
    {
        await using var sidecar = await TestSidecar.StartAsync();

        var response = await sidecar.Admin.GetAsync("/troubleshooting");
        using var head = new HttpRequestMessage(HttpMethod.Head, "/troubleshooting");
        var headResponse = await sidecar.Admin.SendAsync(head);

        Assert.Equal((HttpStatusCode.OK, Page), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        Assert.Equal("text/html; charset=utf-8", $"{response.Content.Headers.ContentType}");
        Assert.Equal("no-store", $"{response.Headers.CacheControl}");
        Assert.Equal(PageAssets.Policy, Assert.Single(response.Headers.GetValues("Content-Security-Policy")));
        Assert.Equal((HttpStatusCode.OK, ""), (headResponse.StatusCode, await headResponse.Content.ReadAsStringAsync()));
        Assert.Equal(response.Content.Headers.ContentLength, headResponse.Content.Headers.ContentLength);
        Assert.Equal(HttpStatusCode.NotFound, (await sidecar.Caller.GetAsync("/troubleshooting")).StatusCode);
    }

    private static string Page => Encoding.UTF8.GetString(PageAssets.Troubleshooting);

    [GeneratedRegex("<h2 id=\"(?<id>[^\"]+)\">", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Heading();

    [GeneratedRegex("<li><a href=\"#(?<id>[^\"]+)\">", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Section();

    [GeneratedRegex(" id=\"(?<id>[^\"]+)\"", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Id();

    [GeneratedRegex(" href=\"(?<target>[^\"]*)\"", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Href();
}
