using System.Collections.Concurrent;

namespace Clik2pay.Sidecar.Tests.Support.Fleet;

/// <summary>
/// Runs asynchronous code on simulated time, on one thread, in one order: what becomes ready at an instant is run to its end before time
/// goes on. The same seed gives the same run.
/// </summary>
internal sealed class Simulation : SynchronizationContext
{
    private readonly ConcurrentQueue<(SendOrPostCallback Callback, object? State)> ready = new();

    public SimulatedTime Time { get; } = new();

    public override void Post(SendOrPostCallback d, object? state) => ready.Enqueue((d, state));

    public override void Send(SendOrPostCallback d, object? state) => throw new NotSupportedException("Nothing in a simulation waits for a thread.");

    /// <summary>Starts something and runs it until it waits for time.</summary>
    public T Start<T>(Func<T> start)
    {
        var result = default(T)!;
        Post(_ => result = start(), null);
        RunReady();
        return result;
    }

    /// <summary>Lets time go by in steps. After each, everything that became due has been done, each at its own moment.</summary>
    public void Advance(TimeSpan span, TimeSpan step, Action? afterEachStep = null)
    {
        for (var passed = TimeSpan.Zero; passed < span; passed += step)
        {
            var end = Time.TimerNow + step;
            while (Time.RingNext(end))
                RunReady();
            RunReady();
            afterEachStep?.Invoke();
        }
    }

    /// <summary>Runs what can go on without time.</summary>
    public void RunReady()
    {
        var outer = Current;
        SetSynchronizationContext(this);
        try
        {
            while (ready.TryDequeue(out var next))
                next.Callback(next.State);
        }
        finally
        {
            SetSynchronizationContext(outer);
        }
    }
}
