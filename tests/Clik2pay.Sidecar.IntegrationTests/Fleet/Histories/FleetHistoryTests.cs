using System.Globalization;
using System.Security.Cryptography;
using Clik2pay.Sidecar.IntegrationTests.Fleet.Histories.Checking;
using Clik2pay.Sidecar.IntegrationTests.Fleet.Histories.Recording;
using Clik2pay.Sidecar.IntegrationTests.Fleet.Histories.Running;
using Clik2pay.Sidecar.IntegrationTests.Support;

namespace Clik2pay.Sidecar.IntegrationTests.Fleet.Histories;

/// <summary>Injects random faults into a fleet of processes and checks its history.</summary>
[Collection(OneByOne.Name)]
[Trait(OneByOne.Waiting, "long")]
public sealed class FleetHistoryTests
{
    private static readonly FleetPace Pace = new(TimeSpan.FromSeconds(20), RefreshAt: 0.2);

    private const int FaultsBeforeQuiet = 10;

    [Fact]
    public async Task A_fleet_with_random_faults_violates_no_rule()
    {
        var seed = int.TryParse(Environment.GetEnvironmentVariable("TEST_SEED"), CultureInfo.InvariantCulture, out var given)
            ? given
            : RandomNumberGenerator.GetInt32(int.MaxValue);
        var faults = LongTests.Repeats(many: 200, few: 10);
        var history = await RecordAsync(seed, faults, canBeLong: faults > 10);

        var checker = new HistoryChecker(history);
        var violations = checker.Check();
        var failures = history.Calls.Where(call => call.Outcome != Call.Served).CountBy(call => call.Outcome, StringComparer.Ordinal)
            .Select(failure => $", {failure.Value} {failure.Key}");
        var fleet = $"{faults} faults of a fleet of {history.Replicas} processes, seed {seed}";
        var failedTokenCalls = history.FailedTokenCalls.Count;
        var tokens = $"{history.Issues.Count} tokens of at most {checker.AllowedTokens}, {failedTokenCalls} failed token calls";
        var calls = $"{history.Calls.Count} calls{string.Concat(failures)}";
        Figures.Report($"{fleet}, in {history.EndedAt.TotalSeconds:0} s: {violations.Count} violations, {tokens}, {calls}");
        Assert.True(violations.Count == 0, $"Seed {seed}:\n{string.Join("\n\n", violations.Take(10))}");
        Assert.NotEmpty(history.StoredExpiries);
        Assert.True(history.Requests.Count > history.Replicas * faults);
    }

    private static async Task<History> RecordAsync(int seed, int faults, bool canBeLong)
    {
#pragma warning disable CA5394, RS0030 // A seed makes a failure repeatable.
        var random = new Random(seed);
#pragma warning restore CA5394, RS0030
        await using var fleet = await FleetUnderTest.StartAsync(Pace);
        var injector = new FaultInjector(fleet, random);
        foreach (var (i, kind) in injector.Choose(faults).Index())
        {
            await injector.InjectAsync(kind, canBeLong);
            if ((i + 1) % FaultsBeforeQuiet == 0)
                await injector.LeaveAloneAsync();
        }

        return fleet.History;
    }
}
