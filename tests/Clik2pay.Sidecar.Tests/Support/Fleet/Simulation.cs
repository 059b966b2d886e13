using System.Collections.Concurrent;

namespace Clik2pay.Sidecar.Tests.Support.Fleet;

/// <summary>
/// Runs asynchronous code on simulated time, on one thread. Everything that is ready at a moment runs before time passes. The same seed
/// gives the same run.
/// </summary>
internal sealed class Simulation : SynchronizationContext
{
    private readonly ConcurrentQueue<(SendOrPostCallback Callback, object? State)> ready = new();

    public SimulatedTime Time { get; } = new();

    public override void Post(SendOrPostCallback d, object? state) => ready.Enqueue((d, state));

    public override void Send(SendOrPostCallback d, object? state) =>
        throw new NotSupportedException("A simulation has one thread, which cannot wait.");

    /// <summary>Starts an operation and runs it until it waits for time.</summary>
    public T Start<T>(Func<T> start)
    {
        var result = default(T)!;
        Post(_ => result = start(), null);
        RunReady();
        return result;
    }

    /// <summary>Lets time pass in steps. Everything that becomes due runs at its own moment.</summary>
    public void Advance(TimeSpan span, TimeSpan step, Action? afterEachStep = null)
    {
        for (var passed = TimeSpan.Zero; passed < span; passed += step)
        {
            var end = Time.TimerNow + step;
            while (Time.FireNext(end))
                RunReady();
            RunReady();
            afterEachStep?.Invoke();
        }
    }

    /// <summary>Runs everything that does not wait for time.</summary>
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
