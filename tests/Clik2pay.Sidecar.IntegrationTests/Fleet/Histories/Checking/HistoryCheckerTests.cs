using Clik2pay.Sidecar.IntegrationTests.Fleet.Histories.Recording;

namespace Clik2pay.Sidecar.IntegrationTests.Fleet.Histories.Checking;

/// <summary>The checker reports every violation of a rule. Times are in seconds.</summary>
public sealed class HistoryCheckerTests
{
    private const int Redis = 6379;

    /// <summary>The history of two replicas. It has a fault from 5 to 6 s and fewer tokens than allowed.</summary>
    private readonly History history = new(replicas: 2, new(TimeSpan.FromSeconds(20), RefreshAt: 0.2)) { EndedAt = At(10) };

    public HistoryCheckerTests()
    {
        Issue("first", -40);
        Issue("old", 0);
        Issue("new", 4);
        history.Faults.Enqueue(new(FaultKind.KillSidecar, "replica 0", At(5), At(6), SeparatedGroups: 1));
        Serve(0, 7);
        Serve(1, 7);
    }

    [Fact]
    public void A_history_within_all_rules_has_no_violation()
    {
        Request("0.1", 3, 3.1, "old");
        Request("0.1", 5, 5.1, "new");
        Store(3, 20);
        Store(5, 24);

        Assert.Empty(Check());
    }

    [Fact]
    public void A_token_that_was_never_issued_is_a_violation()
    {
        Request("0.1", 3, 3.1, "invalid");

        AssertBroken("A token that was never issued was used");
    }

    [Fact]
    public void A_token_that_expired_before_the_request_was_sent_is_a_violation()
    {
        Request("0.1", 20.1, 20.2, "old");

        AssertBroken("An expired token was used");
    }

    [Fact]
    public void A_token_that_expires_before_the_request_arrives_is_not_a_violation()
    {
        Request("0.1", 19.9, 25, "old");

        Assert.Empty(Check());
    }

    [Fact]
    public void One_additional_token_after_a_fault_is_not_a_violation()
    {
        foreach (var at in new[] { 5.1, 5.2, 9 })
            Issue($"{at}", at);

        Assert.Empty(Check());
    }

    [Fact]
    public void A_second_additional_token_after_a_fault_that_separates_one_group_is_a_violation()
    {
        foreach (var at in new[] { 5.1, 5.2, 5.3, 9 })
            Issue($"{at}", at);

        AssertBroken("4 tokens were obtained instead of at most 3");
    }

    [Fact]
    public void A_fault_that_separates_four_groups_allows_four_additional_tokens_and_not_a_fifth()
    {
        history.EndedAt = At(14);
        history.Faults.Enqueue(new(FaultKind.CutOffFromRedis, "group 0", At(10), At(13), SeparatedGroups: 4));
        foreach (var at in new[] { 11, 11.1, 11.2, 11.3, 11.4, 13 })
            Issue($"{at}", at);
        Serve(0, 13.5);
        Serve(1, 13.5);
        Assert.Empty(Check());

        Issue("13.1", 13.1);
        AssertBroken("7 tokens were obtained instead of at most 6");
    }

    [Theory]
    [InlineData(8.9, true)]
    [InlineData(9.1, false)]
    public void An_additional_token_is_allowed_up_to_3_seconds_after_a_fault(double nextAt, bool isAllowed)
    {
        history.Faults.Enqueue(new(FaultKind.Quiet, "", At(nextAt), At(nextAt), SeparatedGroups: 0));
        foreach (var at in new[] { 9.2, 9.4 })
            Issue($"{at}", at);
        Serve(0, 9.9);
        Serve(1, 9.9);

        if (isAllowed)
            Assert.Empty(Check());
        else
            AssertBroken("2 tokens were obtained instead of at most 1");
    }

    [Fact]
    public void Too_many_tokens_in_the_whole_history_are_a_violation()
    {
        history.Issues.Clear();
        Issue("4", 4);
        foreach (var at in new[] { 6, 7, 8, 9 })
        {
            history.Faults.Enqueue(new(FaultKind.Quiet, "", At(at), At(at), SeparatedGroups: 0));
            Issue($"{at}", at);
            Serve(0, at + 0.5);
            Serve(1, at + 0.5);
        }

        AssertBroken("5 tokens were obtained in the whole history instead of at most 3");
    }

    [Fact]
    public void Failed_token_calls_are_a_violation_unless_the_token_endpoint_failed_long_enough()
    {
        history.FailedTokenCalls.Enqueue(At(5.5));
        AssertBroken("1 token calls failed instead of at most 0");

        history.Faults.Clear();
        history.Faults.Enqueue(new(FaultKind.FailTokenEndpoint, "", At(5), At(6), SeparatedGroups: 0));
        Assert.Empty(Check());

        history.FailedTokenCalls.Enqueue(At(5.6));
        AssertBroken("2 token calls failed instead of at most 1");
    }

    [Fact]
    public void An_older_token_after_a_newer_one_is_a_violation()
    {
        Request("0.1", 5, 5.1, "new");
        Request("0.1", 5.2, 5.3, "old");

        AssertBroken("An older token replaced a newer one");
    }

    [Fact]
    public void An_older_token_in_a_request_sent_before_the_newer_token_arrived_is_not_a_violation()
    {
        Request("0.1", 5, 5.2, "new");
        Request("0.1", 5.1, 5.3, "old");

        Assert.Empty(Check());
    }

    [Fact]
    public void An_older_token_of_another_process_is_not_a_violation()
    {
        Request("0.1", 5, 5.1, "new");
        Request("1.1", 5.2, 5.3, "old");

        Assert.Empty(Check());
    }

    [Fact]
    public void An_older_token_after_a_newer_one_in_Redis_is_a_violation()
    {
        Store(7, 24);
        Store(8, 20);

        AssertBroken("An older token replaced a newer one in Redis");
    }

    [Fact]
    public void An_older_token_in_Redis_after_a_loss_or_on_another_server_is_not_a_violation()
    {
        history.Faults.Enqueue(new(FaultKind.FlushRedis, "Redis", At(8), At(8.1), SeparatedGroups: 1));
        Serve(0, 9);
        Serve(1, 9);
        Store(7, 24);
        Store(8.05, 24);
        Store(8.5, 20);
        Store(9, 18, server: Redis + 1);

        Assert.Empty(Check());
    }

    [Fact]
    public void A_replica_that_uses_an_older_token_long_after_the_last_fault_is_a_violation()
    {
        history.Faults.Enqueue(new(FaultKind.Quiet, "", At(6), At(20), SeparatedGroups: 0));
        Serve(0, 20.5);
        Serve(1, 20.5);
        Issue("newest", 8);
        Request("0.1", 10, 10.1, "old");
        Request("1.1", 19, 19.1, "new");
        Request("1.1", 19, 19.1, "newest");
        Assert.Empty(Check());

        Request("0.1", 19, 19.1, "old");
        AssertBroken("A replica did not share the fleet's token");
    }

    [Theory]
    [InlineData("timeout", false, 8)]
    [InlineData("500", false, 8)]
    [InlineData(Call.Served, false, 37)]
    public void A_replica_that_neither_serves_nor_reports_a_reason_after_a_fault_is_a_violation(
        string outcome, bool isExplained, double endedAt)
    {
        history.Calls.Clear();
        Serve(0, 7);
        history.Calls.Enqueue(new(1, At(7), At(endedAt), outcome, isExplained));

        AssertBroken("Replica 1 neither has a token nor reports why not");
    }

    [Fact]
    public void A_replica_that_reports_why_it_has_no_token_is_not_a_violation()
    {
        history.Calls.Clear();
        Serve(0, 7);
        history.Calls.Enqueue(new(1, At(7), At(8), "503 token_unavailable", IsExplained: true));

        Assert.Empty(Check());
    }

    private static TimeSpan At(double seconds) => TimeSpan.FromSeconds(seconds);

    private IReadOnlyList<string> Check() => new HistoryChecker(history).Check();

    private void AssertBroken(string violation) =>
        Assert.StartsWith(violation, Assert.Single(Check()), StringComparison.Ordinal);

    private void Issue(string token, double at) => history.Issues.Enqueue(new(token, At(at), At(at + 20)));

    private void Request(string process, double sentAt, double arrivedAt, string token) =>
        history.Requests.Enqueue(new(process, At(sentAt), At(arrivedAt), token));

    private void Store(double at, double expiresAt, int server = Redis) =>
        history.StoredExpiries.Enqueue(new(At(at), server, At(expiresAt)));

    private void Serve(int replica, double at) => history.Calls.Enqueue(new(replica, At(at - 0.1), At(at), Call.Served));
}
