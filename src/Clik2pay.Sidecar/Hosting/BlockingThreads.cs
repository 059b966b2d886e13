namespace Clik2pay.Sidecar.Hosting;

/// <summary>
/// Runs work that may block for a long time, such as reading a file on a mounted folder that hangs. On threads of the pool, a few blocked
/// reads would delay all requests, because the pool adds about one thread per second. A thread that is free takes the next work, so reads
/// that do not block need one or two threads.
/// </summary>
internal sealed class BlockingThreads
{
    /// <summary>The name of the threads. The system shows at most 15 characters.</summary>
    public const string Name = "blocking work";

    /// <summary>The time after which a thread without work ends. Files are read every second.</summary>
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(5);

    private readonly Queue<Action> queue = new();

    /// <summary>The number of threads that wait for work.</summary>
    private int free;

    /// <param name="work">Its result or its exception ends the task.</param>
    /// <returns>The result. If no thread can be started, the task waits for a free one.</returns>
    public Task<T> RunAsync<T>(Func<T> work)
    {
        var result = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (queue)
        {
            queue.Enqueue(() => Complete(work, result));
            if (queue.Count <= free)
            {
                Monitor.Pulse(queue);
                return result.Task;
            }
        }

        Start();
        return result.Task;
    }

    private void Start()
    {
        try
        {
            // The context of the caller, such as its span, does not belong to later work of the thread.
            new Thread(Work) { IsBackground = true, Name = Name }.UnsafeStart();
        }
        catch (Exception e) when (e is OutOfMemoryException or ThreadStartException)
        {
            // The limit of threads is reached. The work stays in the queue until a thread is free or can be started.
        }
    }

    private static void Complete<T>(Func<T> work, TaskCompletionSource<T> result)
    {
        try
        {
            result.SetResult(work());
        }
        catch (Exception e)
        {
            result.SetException(e);
        }
    }

    private void Work()
    {
        while (TryTake() is { } work)
            work();
    }

    private Action? TryTake()
    {
        lock (queue)
        {
            if (queue.TryDequeue(out var next))
                return next;

            free++;
            Monitor.Wait(queue, IdleTime);
            free--;

            // If work arrived at the end of the wait, no other thread was started for it.
            return queue.TryDequeue(out next) ? next : null;
        }
    }
}
