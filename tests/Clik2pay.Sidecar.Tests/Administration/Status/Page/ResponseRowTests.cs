using System.Text;
using Clik2pay.Sidecar.Administration.Status.Page;
using Clik2pay.Sidecar.Redis.Failures;
using Clik2pay.Sidecar.Requests.State;
using Clik2pay.Sidecar.Telemetry;

namespace Clik2pay.Sidecar.Tests.Administration.Status.Page;

/// <summary>The responses since startup, and the share of errors among them.</summary>
public sealed class ResponseRowTests
{
    [Fact]
    public void Responses_have_a_label_a_name_and_a_count_and_own_errors_have_a_link()
    {
        var section = Write(("upstream_2xx", 1234), ("no_route", 0), ("bad_request", 1));

        Assert.Contains(
            """
            <tr><th scope="row">Clik2pay: success (2xx) <small><code>upstream_2xx</code></small>
            </th><td class="number">1,234</td></tr>
            <tr><th scope="row">Sidecar: invalid request <small><code>bad_request</code></small>
            <a href="troubleshooting#400-bad_request-and-other-refusals">What to do: 400 bad_request and other refusals</a>
            </th><td class="number">1</td></tr>
            """,
            section,
            StringComparison.Ordinal);
        Assert.DoesNotContain("no_route", section, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1000, 0, 0, "1,000 responses", "0", "0")]
    [InlineData(985, 10, 5, "1,000 responses", "1% (10)", "0.5% (5)")]
    [InlineData(999_999, 1, 0, "1,000,000 responses", "less than 0.1% (1)", "0")]
    [InlineData(1, 0, 9999, "10,000 responses", "0", "more than 99.9% (9,999)")]
    [InlineData(0, 100, 0, "100 responses", "100% (100)", "0")]
    [InlineData(97, 1, 1, "99 responses", "1 of 99", "1 of 99")]
    [InlineData(0, 0, 1, "1 response", "0", "1 of 1")]
    public void The_share_of_errors_is_a_percentage_of_at_least_100_responses(
        int successes, int own, int provider, string all, string ownShare, string providerShare)
    {
        var section = Write(("upstream_2xx", successes), ("token_unavailable", own), ("upstream_5xx", provider));

        Assert.Contains($"<p>Of {all}, these were errors:</p>", section, StringComparison.Ordinal);
        Assert.Contains(
            $"""
            <dt>Errors that the sidecar returned</dt><dd class="{(own == 0 ? "none" : "some")}">{ownShare}</dd>
            <dt>Server errors of Clik2pay (5xx)</dt><dd class="{(provider == 0 ? "none" : "some")}">{providerShare}</dd>
            """,
            section,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Refused_requests_and_responses_of_a_planned_stop_are_not_errors()
    {
        var section = Write(("no_route", 1), ("caller_refused", 1), ("bad_request", 1), ("shutting_down", 1), ("upstream_4xx", 1));

        Assert.Contains("<p>Of 5 responses, these were errors:</p>", section, StringComparison.Ordinal);
        Assert.Equal(2, section.Split("<dd class=\"none\">0</dd>").Length - 1);
    }

    [Fact]
    public void All_failures_of_the_sidecar_count_as_errors()
    {
        var section = Write(
            ("token_unavailable", 1),
            ("credentials_refused", 1),
            ("upstream_unreachable", 1),
            ("upstream_timeout", 1),
            ("internal_error", 1));

        Assert.Contains("<dd class=\"some\">5 of 5</dd>", section, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_responses_no_share_is_shown()
    {
        var section = Write();

        Assert.Contains("No response has been sent to callers yet.", section, StringComparison.Ordinal);
        Assert.DoesNotContain("these were errors", section, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_name_has_a_label()
    {
        var kinds = Enum.GetValues<ErrorCode>().Select(code => code.ToSnakeCase())
            .Concat(["upstream_2xx", "upstream_3xx", "upstream_4xx", "upstream_5xx", "upstream_other"]);
        Assert.All(kinds, kind => Assert.NotEqual(kind, Labels.OfResponses(kind)));

        var failures = Enum.GetValues<RedisFailure>().Select(failure => failure.ToSnakeCase());
        Assert.All(failures, failure => Assert.NotEqual(failure, Labels.OfStoreFailure(failure)));
    }

    private static string Write(params (string Kind, long Count)[] responses)
    {
        var status = ExampleStatus.Ready with { Responses = [.. responses.Select(r => KeyValuePair.Create(r.Kind, r.Count))] };
        var page = Encoding.UTF8.GetString(StatusPage.Write(status, status.Profiles[0]));
        return page.Split("<h2>Responses since startup</h2>")[1].Split("</section>")[0];
    }
}
