using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Tests.Support.Fleet;

/// <summary>
/// One replica of a simulated fleet: the real token lifecycle, on its own clock, in a process that can be stopped and killed.
/// </summary>
#pragma warning disable CA1001 // Nothing waits on the source's handle, so there is nothing to dispose.
internal sealed class SimulatedReplica : SynchronizationContext
#pragma warning restore CA1001
{
    private readonly Simulation simulation;
    private readonly Queue<(SendOrPostCallback Callback, object? State)> waiting = new();
    private readonly CancellationTokenSource shutdown = new();
    private State state;

    public SimulatedReplica(Simulation simulation, SimulatedRedis redis, NumberingEndpoint endpoint, int seed)
    {
        this.simulation = simulation;
        Offset = TimeSpan.FromMinutes(seed);
        Clock = new OffsetTime(simulation.Time, Offset);
        Link = new(redis, Clock);
        Rig = new(simulation, endpoint, Link, Link, seed, time: Clock);
        Post(_ => _ = Rig.Lifecycle.RunAsync(shutdown.Token), null);
        simulation.RunReady();
    }

    private enum State
    {
        Running,
        Stopped,
        Dead,
    }

    /// <summary>How far the clock of this replica is ahead of the simulation's.</summary>
    public TimeSpan Offset { get; }

    /// <summary>Differs from the clock of every other replica.</summary>
    public TimeProvider Clock { get; }

    public SimulatedRedisLink Link { get; }

    public TokenRig Rig { get; }

    /// <summary>False after a stop, a kill or a shutdown.</summary>
    public bool IsRunning => state == State.Running && !shutdown.IsCancellationRequested;

    public AccessToken? Token => Rig.Slot.Current;

    /// <summary>As SIGSTOP does: callbacks wait until the replica continues, while time passes.</summary>
    public void Stop()
    {
        if (state == State.Running)
            state = State.Stopped;
    }

    /// <summary>As SIGCONT does.</summary>
    public void Continue()
    {
        if (state != State.Stopped)
            return;

        state = State.Running;
        while (waiting.TryDequeue(out var next))
            Post(next.Callback, next.State);
        simulation.RunReady();
    }

    /// <summary>As SIGKILL does: the lease is not released.</summary>
    public void Kill() => state = State.Dead;

    /// <summary>As SIGTERM does.</summary>
    public void Shutdown()
    {
        Post(_ => shutdown.Cancel(), null);
        simulation.RunReady();
    }

    /// <summary>Gets a token as a request does.</summary>
    public Task<AccessToken?> Get()
    {
        var token = Task.FromResult<AccessToken?>(null);
        Post(_ => token = Rig.Source.GetAsync(CancellationToken.None).AsTask(), null);
        simulation.RunReady();
        return token;
    }

    /// <summary>Rejects this token as a request does after a 401.</summary>
    public void Reject(AccessToken token)
    {
        Post(_ => Rig.Source.Reject(token.Authorization), null);
        simulation.RunReady();
    }

    public override void Post(SendOrPostCallback d, object? state) => simulation.Post(_ => Execute(d, state), null);

    public override SynchronizationContext CreateCopy() => this;

    private void Execute(SendOrPostCallback callback, object? argument)
    {
        if (state == State.Stopped)
            waiting.Enqueue((callback, argument));
        if (state != State.Running)
            return;

        var outer = Current;
        SetSynchronizationContext(this);
        try
        {
            callback(argument);
        }
        finally
        {
            SetSynchronizationContext(outer);
        }
    }

    private sealed class OffsetTime(TimeProvider time, TimeSpan offset) : TimeProvider
    {
        public override long TimestampFrequency => time.TimestampFrequency;

        public override long GetTimestamp() => time.GetTimestamp() + offset.Ticks;

        public override DateTimeOffset GetUtcNow() => time.GetUtcNow() + offset;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            time.CreateTimer(callback, state, dueTime, period);
    }
}
