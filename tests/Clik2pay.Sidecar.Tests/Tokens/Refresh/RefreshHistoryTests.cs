using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Refresh;

namespace Clik2pay.Sidecar.Tests.Tokens.Refresh;

/// <summary>The history, in which consecutive equal failures are one run.</summary>
public sealed class RefreshHistoryTests
{
    private readonly RefreshHistory history = new();
    private int seconds;

    [Fact]
    public void The_last_10_runs_are_kept_newest_first()
    {
        for (var i = 0; i < 12; i++)
            Add("Scheduled", "Success");

        Assert.Equal([12, 11, 10, 9, 8, 7, 6, 5, 4, 3], history.Runs.Select(run => At(run.Last)));
        Assert.All(history.Runs, run => Assert.Equal((1, 0), (run.Attempts, run.FailuresBefore)));
        Assert.Equal(12, history.LastSuccess?.ToUnixTimeSeconds());
    }

    [Fact]
    public void Equal_consecutive_failures_are_one_run_with_its_first_and_last_attempt()
    {
        Add("Startup", "Success");
        Add("Scheduled", "Unavailable");
        for (var i = 0; i < 100; i++)
            Add(i % 2 == 0 ? "Expired" : "Scheduled", "Unavailable");

        Assert.Equal(["Unavailable 101 2-102 +0", "Success 1 1-1 +0"], Runs());
        Assert.Equal(RefreshTrigger.Scheduled, history.Runs[0].First.Trigger);
        Assert.Equal(1, history.LastSuccess?.ToUnixTimeSeconds());
    }

    [Fact]
    public void An_attempt_after_failures_with_another_result_starts_a_run_and_counts_the_failures_before_it()
    {
        Add("Startup", "Unavailable");
        Add("Scheduled", "Unavailable");
        Add("Scheduled", "Unavailable", reason: "another reason");
        Add("Scheduled", "Rejected");
        Add("Scheduled", "Adopted");
        Add("Scheduled", "Adopted");

        Assert.Equal(
            [
                "Adopted 1 6-6 +0", "Adopted 1 5-5 +4", "Rejected 1 4-4 +3", "Unavailable 1 3-3 +2", "Unavailable 2 1-2 +0",
            ],
            Runs());
    }

    [Theory]
    [InlineData("Unauthorized")]
    [InlineData("Operator")]
    [InlineData("ClockChange")]
    public void A_failure_with_a_cause_of_its_own_is_no_retry(string trigger)
    {
        Add("Scheduled", "Unavailable");
        Add(trigger, "Unavailable");
        Add(trigger, "Unavailable");
        Add("Scheduled", "Unavailable");

        Assert.Equal(["Unavailable 3 2-4 +0", "Unavailable 1 1-1 +0"], Runs());
    }

    [Fact]
    public void Attempts_with_pending_credentials_and_with_those_in_use_are_not_retries_of_each_other()
    {
        Add("Scheduled", "Rejected");
        Add("Rotation", "Rejected");
        Add("Scheduled", "Rejected");
        Add("Rotation", "Rejected");
        Add("Rotation", "Rejected");
        Add("Rotation", "Success");
        Add("Scheduled", "Success");

        Assert.Equal(
            ["Success 1 7-7 +0", "Success 1 6-6 +3", "Rejected 2 4-5 +1", "Rejected 1 3-3 +1", "Rejected 1 2-2 +0", "Rejected 1 1-1 +0"],
            Runs());
    }

    private void Add(string trigger, string outcome, string? reason = null) => history.Add(new(
        DateTimeOffset.UnixEpoch.AddSeconds(++seconds),
        Enum.Parse<RefreshTrigger>(trigger),
        Enum.Parse<RefreshOutcome>(outcome),
        TimeSpan.FromSeconds(1),
        reason));

    /// <summary>For each run: outcome, number of attempts, first and last second, and number of failures before.</summary>
    private IEnumerable<string> Runs() => history.Runs.Select(
        run => $"{run.Last.Outcome} {run.Attempts} {At(run.First)}-{At(run.Last)} +{run.FailuresBefore}");

    private static long At(RefreshRecord refresh) => refresh.EndedAt.ToUnixTimeSeconds();
}
