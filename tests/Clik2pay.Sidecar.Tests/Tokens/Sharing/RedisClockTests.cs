using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Fleet;

namespace Clik2pay.Sidecar.Tests.Tokens.Sharing;

/// <summary>A simulated fleet while the clock of its Redis is set forward or back.</summary>
public sealed class RedisClockTests
{
    private static readonly TimeSpan Second = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    /// <summary>The step of the clock, and the age of the first token at the step, in minutes.</summary>
    public static MatrixTheoryData<int, int> Steps => new([-60, -44, -20, 20, 60], [1, 25, 44, 50]);

    [Lesson("after Redis's clock was set back, old tokens were adopted and sharing was broken: valkey-io/valkey#2651")]
    [Theory]
    [MemberData(nameof(Steps))]
    public void After_a_step_of_the_clock_of_Redis_all_tokens_in_use_are_valid_and_at_most_one_extra_token_call_is_made(
        int step, int age)
    {
        var baseline = Run(step: 0, age);
        var stepped = Run(step, age);

        Assert.Equal(0, stepped.Expired);
        Assert.Equal(0, stepped.Missing);
        Assert.InRange(stepped.Calls, baseline.Calls - 1, baseline.Calls + 1);
    }

    private static (int Calls, int Expired, int Missing) Run(int step, int age)
    {
        var simulation = new Simulation();
        var endpoint = new NumberingEndpoint(simulation.Time) { Latency = Second / 2 };
        var redis = new SimulatedRedis(simulation.Time) { Latency = TimeSpan.FromMilliseconds(1) };
        var replicas = Enumerable.Range(1, 6).Select(seed => new SimulatedReplica(simulation, redis, endpoint, seed)).ToList();
        var (expired, missing) = (0, 0);
        simulation.Advance(age * Minute, Second, Check);

        redis.Step = step * Minute;
        simulation.Advance(15 * Second, Second, Check);
        replicas.Add(new(simulation, redis, endpoint, seed: 7));
        simulation.Advance(2 * Second, Second);
        simulation.Advance(TimeSpan.FromHours(3), Second, Check);
        return (endpoint.Calls, expired, missing);

        void Check()
        {
            var now = simulation.Time.GetTimestamp();

            // Simulated time starts at one day.
            var hasStarted = simulation.Time.TimerNow > TimeSpan.FromDays(1) + (5 * Second);
            missing += hasStarted ? replicas.Count(replica => replica.Token is null) : 0;
            expired += replicas.Count(replica => replica.Token is { } token && endpoint.ExpiresAt[token.Value].Ticks <= now);
        }
    }
}
