using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tests.Support.Fleet;
using Clik2pay.Sidecar.Tests.Support.Telemetry;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Refresh;
using Clik2pay.Sidecar.Tokens.Sharing;
using Microsoft.Extensions.Logging.Abstractions;

namespace Clik2pay.Sidecar.Tests.Support.Tokens;

/// <summary>The way of a token of one replica, wired as in the program, on simulated time.</summary>
internal sealed class TokenRig
{
    public TokenRig(Simulation simulation, NumberingEndpoint endpoint, ITokenStore? store = null, ITokenLease? lease = null, int seed = 1, double refreshAt = 0.75, TimeProvider? time = null, TokenMetrics? metrics = null)
    {
        metrics ??= TestMeters.Unread;
        time ??= simulation.Time;
#pragma warning disable CA5394 // A seeded source is what a simulation needs.
        var random = new Random(seed);
#pragma warning restore CA5394
        Slot = new(time);
        Store = store ?? new InProcessTokenStore(time);
        var sharing = new TokenSharing(Slot, Store, time);
        Refresher = new(Slot, sharing, lease ?? new InProcessTokenLease(time), endpoint, metrics, time, random);
        var schedule = new RefreshSchedule(refreshAt, Store.CanForget, random);
        var log = NullLogger<RefreshLoop>.Instance;
        Loop = new(new Rotation(Key, Slot, time), Refresher, sharing, schedule, Slot, History, metrics, time, log);
        Source = new(Slot, Loop, time, NullLogger<AccessTokenSource>.Instance);
        Simulation = simulation;
    }

    public static TokenKey Key { get; } = CreateKey("Custom:test");

    public static TokenKey CreateKey(string value) => new(value, Secrets.Set, new byte[32]);

    public Simulation Simulation { get; }

    public TokenSlot Slot { get; }

    public RefreshHistory History { get; } = new();

    public ITokenStore Store { get; }

    public TokenRefresher Refresher { get; }

    public RefreshLoop Loop { get; }

    public AccessTokenSource Source { get; }

    /// <summary>Starts the loop as the host would.</summary>
    public Task Start() => Simulation.Start(() => Loop.RunAsync(TestContext.Current.CancellationToken));

    /// <summary>Asks as a request would, and runs until the answer or until it waits for time.</summary>
    public Task<AccessToken?> Get() => Simulation.Start(() => Source.GetAsync(TestContext.Current.CancellationToken).AsTask());
}
