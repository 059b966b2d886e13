using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Fleet;
using FsCheck;
using FsCheck.Fluent;

namespace Clik2pay.Sidecar.Tests.Tokens.Refresh;

/// <summary>Simulated fleets with random sequences of events.</summary>
public sealed class FleetModelTests
{
    /// <summary>TEST_LONG=1 runs ten times as many sequences, with a new seed each time.</summary>
    private static readonly bool IsLong = Environment.GetEnvironmentVariable("TEST_LONG") == "1";

    [Fact]
    public void In_any_sequence_of_events_a_fleet_has_valid_tokens_shares_them_and_makes_few_calls()
    {
        var step =
            from fleetEvent in Gen.Elements(Enum.GetValues<FleetEvent>())
            from replica in Gen.Choose(0, 9)
            from seconds in Gen.Frequency((3, Gen.Choose(0, 15)), (2, Gen.Choose(0, 300)))
            select (fleetEvent, replica, seconds);
        var schedules = step.ListOf().Select(steps => steps.ToList()).Resize(60);
        var (runs, calls) = (0, 0);

        var property = Prop.ForAll(Arb.From(schedules, WithoutOneStep), schedule =>
        {
            var model = new FleetModel(replicas: 3);
            model.Run(schedule);
            runs++;
            calls += model.TokenCalls;
            return (model.ViolatedConditions.Count == 0).Label(string.Join("; ", model.ViolatedConditions));
        });

        var config = Config.QuickThrowOnFailure.WithMaxTest(IsLong ? 3000 : 300);
        Check.One(IsLong ? config : config.WithReplay(20261122, 3), property);
        Figures.Report($"fleet model: {runs} schedules of events, {calls} token calls, no condition violated");
    }

    /// <summary>The sequences with one step fewer. FsCheck uses them to shorten a sequence that fails.</summary>
    private static IEnumerable<List<T>> WithoutOneStep<T>(List<T> schedule) =>
        Enumerable.Range(0, schedule.Count).Select(omitted => schedule.Where((_, i) => i != omitted).ToList());
}
