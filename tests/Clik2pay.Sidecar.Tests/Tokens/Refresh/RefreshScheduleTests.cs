using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Refresh;

namespace Clik2pay.Sidecar.Tests.Tokens.Refresh;

public sealed class RefreshScheduleTests
{
    private static readonly TimeSpan Now = TimeSpan.FromDays(1);

    [Theory]
    [InlineData(0.75)]
    [InlineData(0.5)]
    public void A_token_is_replaced_at_the_configured_fraction_of_its_lifetime_within_half_a_percent(double refreshAt)
    {
        var schedule = new RefreshSchedule(refreshAt, storeCanLoseTokens: false, new Random(1));
        var due = Enumerable.Range(0, 1000).Select(_ => AfterToken(schedule, TimeSpan.FromHours(1)).TotalHours).ToList();

        Assert.InRange(due.Min(), refreshAt - 0.005, refreshAt - 0.004);
        Assert.InRange(due.Max(), refreshAt + 0.004, refreshAt + 0.005);
    }

    [Fact]
    public void A_token_with_a_lifetime_of_a_second_is_replaced_after_a_second() =>
        Assert.Equal(TimeSpan.FromSeconds(1), AfterToken(new(0.1, storeCanLoseTokens: false, new Random(1)), TimeSpan.FromSeconds(1)));

    [Theory]
    [InlineData(FailureKind.Unavailable, 1, 30)]
    [InlineData(FailureKind.InvalidResponse, 1, 30)]
    [InlineData(FailureKind.Throttled, 5, 120)]
    [InlineData(FailureKind.Refused, 60, 900)]
    internal void Pauses_grow_within_the_bounds_of_their_kind_and_are_jittered(FailureKind kind, int shortest, int longest)
    {
        var schedule = new RefreshSchedule(0.75, storeCanLoseTokens: false, new Random(1));
        var first = Enumerable.Range(0, 1000).Select(_ => AfterFailure(schedule, new(kind, ""), failures: 0)).ToList();
        var late = Enumerable.Range(0, 1000).Select(_ => AfterFailure(schedule, new(kind, ""), failures: 1000)).ToList();

        Assert.All(first, pause => Assert.InRange(pause.TotalSeconds, shortest, 2 * shortest));
        Assert.All(late, pause => Assert.InRange(pause.TotalSeconds, shortest, longest));
        Assert.True(late.Max().TotalSeconds > 0.95 * longest, "The longest pause is not reached.");
        Assert.True(late.Distinct().Count() > 900, "Replicas that fail together retry together.");
    }

    [Theory]
    [InlineData(60, 60)]
    [InlineData(1, 5)]
    [InlineData(3600, 300)]
    public void A_pause_that_the_server_requests_is_respected_up_to_5_minutes(int requested, int shortest)
    {
        var schedule = new RefreshSchedule(0.75, storeCanLoseTokens: false, new Random(1));

        var pause = AfterFailure(schedule, new(FailureKind.Throttled, "", TimeSpan.FromSeconds(requested)), failures: 0);

        Assert.InRange(pause.TotalSeconds, shortest, shortest + 5);
    }

    private static TimeSpan AfterToken(RefreshSchedule schedule, TimeSpan lifetime) =>
        schedule.After(RefreshResult.Fetched(new("a", lifetime, Now + lifetime, Secrets.Set)), RefreshStatus.Initial, Now, Now)
            .DueAt - Now;

    private static TimeSpan AfterFailure(RefreshSchedule schedule, TokenFailure failure, int failures) =>
        schedule.After(RefreshResult.Failed(failure), RefreshStatus.Initial with { Failures = failures }, Now, Now).DueAt - Now;
}
