using System.Text;
using Clik2pay.Sidecar.Administration.Status.Page;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Refresh;

namespace Clik2pay.Sidecar.Tests.Administration.Status.Page;

/// <summary>The table of refreshes, with one row for each run.</summary>
public sealed class RefreshRowTests
{
    [Fact]
    public void A_success_is_one_row_with_age_trigger_outcome_and_duration()
    {
        var table = Write(ExampleStatus.Run(RefreshTrigger.Startup, RefreshOutcome.Success));

        Assert.Equal(
            """
            <tr>
            <td><time class="ago" datetime="2026-01-02T03:03:53Z" title="2026-01-02 03:03:53 UTC">12 s ago</time>
            <small>03:03:53</small></td>
            <td title="startup">Startup</td>
            <td class="ok" title="success">Success</td><td class="number">1.500 s</td></tr>

            """,
            table);
    }

    [Fact]
    public void A_failure_has_a_second_row_with_its_reason_and_a_link()
    {
        var table = Write(ExampleStatus.Run(RefreshTrigger.ClockChange, RefreshOutcome.InvalidResponse, "the reason"));

        Assert.Contains(
            """
            <td title="clock_change">Clock change</td>
            <td class="bad" title="invalid_response">Invalid token response</td>
            """,
            table,
            StringComparison.Ordinal);
        Assert.EndsWith(
            """
            <tr><td colspan="4" class="details">
            The reason.
            <a href="troubleshooting#503-token_unavailable">What to do: 503 token_unavailable</a>
            </td></tr>

            """,
            table,
            StringComparison.Ordinal);
    }

    [Fact]
    public void Equal_failures_are_one_row_with_the_number_of_attempts_and_the_first_and_last_time()
    {
        var table = Write(ExampleStatus.Run(RefreshTrigger.Scheduled, RefreshOutcome.Rejected, "the reason", attempts: 5));

        Assert.Contains("<td title=\"scheduled\">Scheduled refresh, then 4 retries</td>", table, StringComparison.Ordinal);
        Assert.Contains(
            """
            <strong>5 attempts</strong>,
            first <time datetime="2026-01-02T02:59:53Z" title="2026-01-02 02:59:53 UTC">02:59:53</time>,
            last <time datetime="2026-01-02T03:03:53Z" title="2026-01-02 03:03:53 UTC">03:03:53</time>.
            The reason.
            <a href="troubleshooting#503-credentials_refused">
            """.TrimEnd(),
            table,
            StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1, 0, "Request without a valid token")]
    [InlineData(2, 0, "Request without a valid token, then 1 retry")]
    [InlineData(1234, 0, "Request without a valid token, then 1,233 retries")]
    [InlineData(1, 3, "Retry 3")]
    [InlineData(2, 3, "Retries 3 to 4")]
    public void Repeated_attempts_are_shown_as_retries(int attempts, int failuresBefore, string text)
    {
        var run = ExampleStatus.Run(RefreshTrigger.Expired, RefreshOutcome.Unavailable, "a reason", attempts, failuresBefore);

        Assert.Contains($"<td title=\"expired\">{text}</td>", Write(run), StringComparison.Ordinal);
    }

    [Fact]
    public void The_trigger_of_a_run_is_that_of_its_first_attempt()
    {
        var run = ExampleStatus.Run(RefreshTrigger.Scheduled, RefreshOutcome.Unavailable, "a reason", attempts: 2);

        Assert.Contains(
            "Token rejected with 401, then 1 retry",
            Write(run with { First = run.First with { Trigger = RefreshTrigger.Unauthorized } }),
            StringComparison.Ordinal);
    }

    [Fact]
    public void A_postponed_refresh_is_no_failure()
    {
        var table = Write(ExampleStatus.Run(RefreshTrigger.Scheduled, RefreshOutcome.Deferred, attempts: 2));

        Assert.Contains("<td class=\"poor\" title=\"deferred\">Deferred, Redis unavailable</td>", table, StringComparison.Ordinal);
        Assert.Contains("<a href=\"troubleshooting#redis-cannot-be-used\">", table, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_name_has_a_label() => Assert.All(
        Enum.GetValues<RefreshTrigger>().Select(trigger => (Labels.Of(trigger), $"{trigger}"))
            .Concat(Enum.GetValues<RefreshOutcome>().Select(outcome => (Labels.Of(outcome), $"{outcome}")))
            .Where(label => label.Item2 is not ("Startup" or "Success")),
        label => Assert.NotEqual(label.Item2, label.Item1));

    private static string Write(RefreshRun run)
    {
        var status = ExampleStatus.With(profile => profile with { Refreshes = [run] });
        var page = Encoding.UTF8.GetString(StatusPage.Write(status, status.Profiles[0]));
        return page.Split("<tbody>\n")[1].Split("</tbody>")[0];
    }
}
