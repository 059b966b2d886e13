using System.Net;
using System.Text;
using Clik2pay.Sidecar.Administration.Status;
using Clik2pay.Sidecar.Administration.Status.Page;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Refresh;

namespace Clik2pay.Sidecar.Tests.Administration.Status.Page;

public sealed class StatusPageTests
{
    [Fact]
    public void Every_text_is_encoded()
    {
        const string odd = "<script>alert(1)</script>\"'&{{state}}";
        var status = ExampleStatus.With(profile => profile with
        {
            Refreshes = [ExampleStatus.Run(RefreshTrigger.Startup, RefreshOutcome.Unavailable, odd)],
            WhyRotationPending = odd,
        });
        var page = Write(status with
        {
            Readiness = new(IsHealthy: false, odd),
            Store = new(odd, IsUp: false, odd),
            Responses = [new(odd, 1)],
        });

        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.Equal(8, page.Split(WebUtility.HtmlEncode(odd)).Length - 1);
    }

    [Fact]
    public void Every_placeholder_is_replaced() => Assert.DoesNotContain("{{", Write(ExampleStatus.Ready), StringComparison.Ordinal);

    [Theory]
    [InlineData("Sandbox", "sandbox")]
    [InlineData("Production", "production")]
    [InlineData("Custom", "custom")]
    public void The_environment_is_next_to_the_title(string environment, string cssClass) => Assert.Contains(
        $"""
        <h1>Clik2pay Sidecar</h1>
        <p class="badge {cssClass}"><span class="unseen">Environment: </span>{environment}</p>
        """,
        Write(ExampleStatus.With(profile => profile with
        {
            Options = profile.Options with { Environment = Enum.Parse<Clik2payEnvironment>(environment) },
        })),
        StringComparison.Ordinal);

    [Fact]
    public void Ready_has_no_link_to_troubleshooting() =>
        AssertState(ExampleStatus.Ready, "Ready", "ok", heading: null);

    [Fact]
    public void Ready_without_a_token_has_a_state_of_its_own() => AssertState(
        ExampleStatus.With(profile => profile with { Token = null }), "No access token", "bad", "503 token_unavailable");

    [Theory]
    [InlineData("Scheduled", "Rejected", "Ready, but token refreshes fail", "503 credentials_refused")]
    [InlineData("Scheduled", "Unavailable", "Ready, but token refreshes fail", "503 token_unavailable")]
    [InlineData("Operator", "Throttled", "Ready, but token refreshes fail", "503 token_unavailable")]
    [InlineData("Expired", "InvalidResponse", "Ready, but token refreshes fail", "503 token_unavailable")]
    [InlineData("Rotation", "Rejected", "Ready, but new credentials failed", "New credentials are not used")]
    [InlineData("Scheduled", "Deferred", "Ready", null)]
    [InlineData("Scheduled", "Success", "Ready", null)]
    [InlineData("Scheduled", "Adopted", "Ready", null)]
    public void With_a_token_the_state_depends_on_the_last_refresh(string trigger, string outcome, string state, string? heading) =>
        AssertState(
            ExampleStatus.With(profile => profile with { Refreshes = [Run(trigger, outcome), Run("Startup", "Unavailable")] }),
            state,
            heading is null ? "ok" : "poor",
            heading);

    [Theory]
    [InlineData(false, "503 credentials_refused")]
    [InlineData(true, "503 shutting_down")]
    public void Not_ready_links_to_the_cause(bool isStopping, string heading) => AssertState(
        ExampleStatus.Ready with { Readiness = new(IsHealthy: false, "a reason"), IsStopping = isStopping }, "Not ready", "bad", heading);

    [Fact]
    public void Each_kind_of_state_has_an_icon_with_its_own_color_and_shape()
    {
        string[] pages =
        [
            Write(ExampleStatus.Ready),
            Write(ExampleStatus.With(profile => profile with { Refreshes = [Run("Scheduled", "Unavailable")] })),
            Write(ExampleStatus.Ready with { Readiness = new(IsHealthy: false, "a reason") }),
        ];
        var icons = pages.Select(page => page.Split("<path fill='%23")[1].Split('\'')).ToList();

        Assert.Equal(["1a7f37", "c77700", "b42318"], icons.Select(icon => icon[0]));
        Assert.Equal(3, icons.Select(icon => icon[2]).Distinct(StringComparer.Ordinal).Count());
    }

    [Fact]
    public void The_time_of_the_status_is_shown() => Assert.Contains(
        """As of <time id="asOf" datetime="2026-01-02T03:04:05Z" title="2026-01-02 03:04:05 UTC">03:04:05 UTC</time>""",
        Write(ExampleStatus.Ready),
        StringComparison.Ordinal);

    [Fact]
    public void The_token_is_shown_with_remaining_time_lifetime_age_and_expiry()
    {
        var page = Write(ExampleStatus.Ready);

        Assert.Contains(
            """min="0" max="3600" low="360" high="720" optimum="3600" value="1800">30 min</meter>""", page, StringComparison.Ordinal);
        Assert.Contains("<strong>30 min</strong> left of 1 h. Age 30 min, expires at <time", page, StringComparison.Ordinal);
        Assert.Contains(
            """<time datetime="2026-01-02T03:34:05Z" title="2026-01-02 03:34:05 UTC">03:34:05 UTC</time>""",
            page,
            StringComparison.Ordinal);
        Assert.DoesNotContain("There is no valid access token", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Without_a_token_the_age_of_the_last_success_is_shown() => Assert.Contains(
        """<time class="ago" datetime="2026-01-02T01:59:05Z" title="2026-01-02 01:59:05 UTC">1 h 5 min ago</time>""",
        Write(ExampleStatus.With(profile => profile with { Token = null, LastSuccess = ExampleStatus.Now.AddMinutes(-65) })),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("Success", "Next refresh: in 15 min.")]
    [InlineData("Unavailable", "Next attempt: in 15 min.")]
    public void The_next_refresh_is_an_attempt_after_a_failure(string outcome, string text) => Assert.Contains(
        text, Write(ExampleStatus.With(profile => profile with { Refreshes = [Run("Scheduled", outcome)] })), StringComparison.Ordinal);

    [Fact]
    public void Pending_credentials_are_shown_with_a_link()
    {
        var page = Write(ExampleStatus.With(profile => profile with { WhyRotationPending = "A reason." }));

        Assert.Contains(
            "<p class=\"note\">A reason. The current credentials stay in use.\n" + Link("New credentials are not used"),
            page,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true, null, "<dt>Last operation</dt><dd>Succeeded</dd>", true)]
    [InlineData(false, "access_denied", """<strong title="access_denied">Failed: Redis denied access.</strong>""", true)]
    [InlineData(null, null, "<dt>Last operation</dt>", false)]
    public void The_last_operation_on_the_store_is_shown_if_there_was_one(bool? isUp, string? trouble, string text, bool isShown)
    {
        var page = Write(ExampleStatus.Ready with { Store = new("Redis", isUp, trouble) });

        Assert.Contains("<dt>Token store</dt><dd>Redis</dd>", page, StringComparison.Ordinal);
        Assert.Equal(isShown, page.Contains(text, StringComparison.Ordinal));
        Assert.Equal(isUp == false, page.Contains(Link("Redis cannot be used"), StringComparison.Ordinal));
    }

    [Fact]
    public void The_last_attempt_to_acquire_the_lease_is_shown_in_words_with_its_age() => Assert.Contains(
        """
        <span title="held_off">Waiting after another replica&#39;s failure</span>, <time class="ago" datetime="2026-01-02T03:04:03Z"
        """.Trim(),
        Write(ExampleStatus.With(profile => profile with { LastLease = new(ExampleStatus.Now.AddSeconds(-2), LeaseOutcome.HeldOff) })),
        StringComparison.Ordinal);

    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(59, "59 s")]
    [InlineData(60, "1 min")]
    [InlineData(3599, "59 min 59 s")]
    [InlineData(3600, "1 h")]
    [InlineData(90_061, "1 d 1 h")]
    public void An_age_is_shown_in_its_two_largest_units(int seconds, string text) => Assert.Matches(
        $"<dt>Started</dt><dd><time class=\"ago\" [^>]+>{text} ago</time> <small>202[56]-",
        Write(ExampleStatus.Ready with { Uptime = TimeSpan.FromSeconds(seconds) }));

    [Fact]
    public void A_moment_after_the_status_has_the_age_0() => Assert.Contains(
        """<time class="ago" datetime="2026-01-02T03:05:05Z" title="2026-01-02 03:05:05 UTC">0 s ago</time>""",
        Write(ExampleStatus.With(profile => profile with { Token = null, LastSuccess = ExampleStatus.Now.AddMinutes(1) })),
        StringComparison.Ordinal);

    private static RefreshRun Run(string trigger, string outcome) =>
        ExampleStatus.Run(Enum.Parse<RefreshTrigger>(trigger), Enum.Parse<RefreshOutcome>(outcome));

    private static void AssertState(SidecarStatus status, string state, string cssClass, string? heading)
    {
        var page = Write(status);
        var start = page.IndexOf("<div class=\"state", StringComparison.Ordinal);
        var block = page[start..page.IndexOf("</div>", start, StringComparison.Ordinal)];

        Assert.StartsWith(
            $"<div class=\"state {cssClass}\">\n<p><strong>{state}</strong> {status.Readiness.Reason}</p>\n",
            block,
            StringComparison.Ordinal);
        Assert.Contains($"<title>{state} – Clik2pay Sidecar</title>", page, StringComparison.Ordinal);
        Assert.Equal(heading is not null, block.Contains("<a ", StringComparison.Ordinal));
        if (heading is not null)
            Assert.EndsWith($"<p>{Link(heading)}</p>\n", block, StringComparison.Ordinal);
    }

    private static string Link(string heading) =>
        $"<a href=\"troubleshooting#{heading.ToLowerInvariant().Replace(' ', '-')}\">What to do: {heading}</a>";

    private static string Write(SidecarStatus status) => Encoding.UTF8.GetString(StatusPage.Write(status, status.Profiles[0]));
}
