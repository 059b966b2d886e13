using System.Collections.Concurrent;
using Microsoft.Extensions.Time.Testing;

namespace Clik2pay.Sidecar.Tests.Support;

/// <summary>
/// Runs asynchronous code on simulated time, on one thread, in one order: what becomes ready at an instant is run to its end before time
/// goes on. The same seed gives the same run.
/// </summary>
internal sealed class Simulation : SynchronizationContext
{
    private readonly ConcurrentQueue<(SendOrPostCallback Callback, object? State)> ready = new();

    public FakeTimeProvider Time { get; } = new();

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

    /// <summary>Lets time go by in steps. After each, everything that became due has been done.</summary>
    public void Advance(TimeSpan span, TimeSpan step, Action? afterEachStep = null)
    {
        for (var passed = TimeSpan.Zero; passed < span; passed += step)
        {
            Time.Advance(step);
            RunReady();
            afterEachStep?.Invoke();
        }
    }

    private void RunReady()
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
