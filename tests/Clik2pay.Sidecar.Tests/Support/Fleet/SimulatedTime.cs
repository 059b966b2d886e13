namespace Clik2pay.Sidecar.Tests.Support.Fleet;

/// <summary>
/// A clock that stands still until it is moved, for simulations of a thousand replicas over months: a timer costs the logarithm of their
/// number, where the packaged fake looks through them all.
/// </summary>
internal sealed class SimulatedTime : TimeProvider
{
    private readonly PriorityQueue<(SimulatedTimer Timer, int Setting), (long At, long Order)> alarms = new();
    private long now = TimeSpan.FromDays(1).Ticks;
    private long suspended;
    private long order;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>The time on which timers run.</summary>
    public TimeSpan TimerNow => new(now);

    /// <summary>By how much the wall clock was set, and the steady clock was not.</summary>
    public TimeSpan WallStep { get; set; }

    public override long GetTimestamp() => now + suspended;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(now + suspended) + WallStep;

    /// <summary>Suspends the machine: both clocks advance, and timers do not.</summary>
    public void Suspend(TimeSpan span) => suspended += span.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        Assert.Equal(Timeout.InfiniteTimeSpan, period);
        var timer = new SimulatedTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets time go by; what is set for it rings in its order.</summary>
    public void Advance(TimeSpan span)
    {
        var end = TimerNow + span;
        while (RingNext(end))
        {
            // Each alarm at its own moment.
        }
    }

    /// <summary>Moves to the next alarm and rings it, or to the end if there is none before that.</summary>
    /// <returns>Whether one rang.</returns>
    public bool RingNext(TimeSpan end)
    {
        while (alarms.TryPeek(out var alarm, out var when) && when.At <= end.Ticks)
        {
            alarms.Dequeue();
            if (alarm.Setting != alarm.Timer.Setting)
                continue;

            now = Math.Max(now, when.At);
            alarm.Timer.Ring();
            return true;
        }

        now = end.Ticks;
        return false;
    }

    private sealed class SimulatedTimer(SimulatedTime time, TimerCallback callback, object? state) : ITimer
    {
        /// <summary>Counts how often it was set: an earlier setting does not ring.</summary>
        public int Setting { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            Setting++;
            if (dueTime != Timeout.InfiniteTimeSpan)
                time.alarms.Enqueue((this, Setting), (time.now + dueTime.Ticks, time.order++));
            return true;
        }

        public void Ring() => callback(state);

        public void Dispose() => Setting++;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
