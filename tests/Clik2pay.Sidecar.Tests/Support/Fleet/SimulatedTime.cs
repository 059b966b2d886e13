namespace Clik2pay.Sidecar.Tests.Support.Fleet;

/// <summary>
/// A clock that advances only on request, for simulations of a thousand replicas over weeks. The cost of a timer grows with the logarithm
/// of the number of timers. With FakeTimeProvider, the cost grows with the number of timers.
/// </summary>
internal sealed class SimulatedTime : TimeProvider
{
    private readonly PriorityQueue<(SimulatedTimer Timer, int Setting), (long At, long Order)> alarms = new();

    /// <summary>Guards the timers, because a sidecar sets them on many threads.</summary>
    private readonly Lock changing = new();

    private long now = TimeSpan.FromDays(1).Ticks;
    private long suspended;
    private long order;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>The time on which timers run.</summary>
    public TimeSpan TimerNow => new(now);

    /// <summary>How far the wall clock alone was set forward.</summary>
    public TimeSpan WallStep { get; set; }

    public override long GetTimestamp() => now + suspended;

    public override DateTimeOffset GetUtcNow() => DateTimeOffset.UnixEpoch.AddTicks(now + suspended) + WallStep;

    /// <summary>Suspends the machine: both clocks advance, and timers do not.</summary>
    public void Suspend(TimeSpan span) => suspended += span.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimulatedTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>Lets time pass. Timers fire in the order in which they are due.</summary>
    public void Advance(TimeSpan span)
    {
        var end = TimerNow + span;
        while (FireNext(end))
        {
            // Each timer fires at its own moment.
        }
    }

    /// <summary>Advances to the next timer and fires it, or to the end if no timer is due by then.</summary>
    /// <returns>Whether a timer fired.</returns>
    public bool FireNext(TimeSpan end)
    {
        if (TakeNext(end) is not { } timer)
            return false;

        timer.Fire();
        return true;
    }

    private SimulatedTimer? TakeNext(TimeSpan end)
    {
        lock (changing)
        {
            while (alarms.TryPeek(out var alarm, out var when) && when.At <= end.Ticks)
            {
                alarms.Dequeue();
                if (alarm.Setting != alarm.Timer.Setting)
                    continue;

                now = Math.Max(now, when.At);
                alarm.Timer.Repeat();
                return alarm.Timer;
            }

            now = Math.Max(now, end.Ticks);
            return null;
        }
    }

    private sealed class SimulatedTimer(SimulatedTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan period;

        /// <summary>The number of changes. Only the last setting fires.</summary>
        public int Setting { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time.changing)
            {
                this.period = period;
                Setting++;
                if (dueTime != Timeout.InfiniteTimeSpan)
                    time.alarms.Enqueue((this, Setting), (time.now + dueTime.Ticks, time.order++));
                return true;
            }
        }

        /// <summary>Sets a periodic timer again before it fires.</summary>
        public void Repeat()
        {
            if (period != Timeout.InfiniteTimeSpan)
                Change(period, period);
        }

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (time.changing)
                Setting++;
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
