using System.Net;
using System.Text;
using Clik2pay.Sidecar.Administration.Status;
using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Tests.Administration.Status;

public sealed class StatusPageTests
{
    [Fact]
    public void Every_text_is_encoded()
    {
        const string odd = "<script>alert(1)</script>\"'&{{state}}";
        var page = Write(ExampleStatus.Ready with
        {
            Readiness = new(IsHealthy: false, odd),
            Refreshes = [new(ExampleStatus.Now, RefreshTrigger.Startup, RefreshOutcome.Unavailable, TimeSpan.FromSeconds(1), odd)],
            WhyRotationPending = odd,
            Store = new(odd, IsUp: false, odd),
        });

        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.Equal(5, page.Split(WebUtility.HtmlEncode(odd)).Length - 1);
    }

    [Fact]
    public void Every_placeholder_is_replaced() => Assert.DoesNotContain("{{", Write(ExampleStatus.Ready), StringComparison.Ordinal);

    [Fact]
    public void Ready_without_a_token_has_a_state_of_its_own() => Assert.Contains(
        """<p class="state poor"><strong>Ready, but without an access token</strong>""",
        Write(ExampleStatus.Ready with { Token = null }),
        StringComparison.Ordinal);

    [Fact]
    public void The_token_is_shown_with_remaining_time_lifetime_age_and_expiry()
    {
        var page = Write(ExampleStatus.Ready);

        Assert.Contains(
            """min="0" max="3600" low="360" high="720" optimum="3600" value="1800">30 min</meter>""", page, StringComparison.Ordinal);
        Assert.Contains(
            """<strong>30 min</strong> left of 1 h. Age 30 min, expires at <time datetime="2026-01-02T03:34:05Z">03:34:05 UTC</time>""",
            page,
            StringComparison.Ordinal);
        Assert.DoesNotContain("There is no valid access token", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_refresh_is_shown_with_trigger_outcome_duration_and_reason()
    {
        var page = Write(ExampleStatus.Ready with
        {
            Refreshes =
            [
                new(ExampleStatus.Now, RefreshTrigger.ClockChange, RefreshOutcome.InvalidResponse, TimeSpan.FromSeconds(1.5), "a reason"),
                new(ExampleStatus.Now, RefreshTrigger.Startup, RefreshOutcome.Success, TimeSpan.FromSeconds(61), Reason: null),
            ],
        });

        const string time = """<tr><td><time datetime="2026-01-02T03:04:05Z">03:04:05</time></td>""" + "\n";
        Assert.Contains(
            time + """<td>clock change</td><td class="bad">invalid response</td><td class="number">1.500 s</td></tr>""" + "\n"
                + """<tr><td colspan="4" class="reason">a reason</td></tr>""",
            page,
            StringComparison.Ordinal);
        Assert.Contains(
            time + """<td>startup</td><td class="ok">success</td><td class="number">1 min 1 s</td></tr>""" + "\n</tbody>",
            page,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, null, "<dt>Last operation</dt><dd>Succeeded</dd>", true)]
    [InlineData(false, "access_denied", "Failed: access denied.", true)]
    [InlineData(null, null, "<dt>Last operation</dt>", false)]
    public void The_last_operation_on_the_store_is_shown_if_there_was_one(bool? isUp, string? trouble, string text, bool isShown)
    {
        var page = Write(ExampleStatus.Ready with { Store = new("Redis", isUp, trouble) });

        Assert.Contains("<dt>Token store</dt><dd>Redis</dd>", page, StringComparison.Ordinal);
        Assert.Equal(isShown, page.Contains(text, StringComparison.Ordinal));
    }

    [Fact]
    public void Responses_are_shown_with_their_sum()
    {
        var page = Write(ExampleStatus.Ready with { Responses = [new("upstream_2xx", 1234), new("no_route", 0), new("bad_request", 1)] });

        Assert.Contains("""<th scope="row">upstream 2xx</th><td class="number">1,234</td>""", page, StringComparison.Ordinal);
        Assert.Contains("""<th scope="row">all</th><td class="number">1,235</td>""", page, StringComparison.Ordinal);
        Assert.DoesNotContain("no route", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(59, "59 s")]
    [InlineData(60, "1 min")]
    [InlineData(3599, "59 min 59 s")]
    [InlineData(3600, "1 h")]
    [InlineData(90_061, "1 d 1 h")]
    public void A_duration_is_shown_in_its_two_largest_units(int seconds, string text) => Assert.Contains(
        $"<dt>Uptime</dt><dd>{text}</dd>",
        Write(ExampleStatus.Ready with { Uptime = TimeSpan.FromSeconds(seconds) }),
        StringComparison.Ordinal);

    private static string Write(SidecarStatus status) => Encoding.UTF8.GetString(StatusPage.Write(status));
}
