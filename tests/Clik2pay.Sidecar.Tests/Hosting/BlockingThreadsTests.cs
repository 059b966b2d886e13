using System.Collections.Concurrent;
using Clik2pay.Sidecar.Hosting;

namespace Clik2pay.Sidecar.Tests.Hosting;

/// <summary>Work that blocks, for example a read of a file on a folder that hangs, keeps no thread of the pool and no other work.</summary>
public sealed class BlockingThreadsTests : IDisposable
{
    private readonly ManualResetEventSlim unblocked = new();
    private readonly ConcurrentDictionary<int, bool> threadsUsed = new();
    private readonly BlockingThreads threads = new();

    public void Dispose()
    {
        unblocked.Set();
        unblocked.Dispose();
    }

    [Fact]
    public async Task Work_is_done_outside_the_pool_while_100_other_pieces_of_work_block()
    {
        var blocked = Enumerable.Range(0, 100).Select(_ => threads.RunAsync(Block)).ToList();

        Assert.True(await threads.RunAsync(IsOutsidePool));
        Assert.All(blocked, work => Assert.False(work.IsCompleted));
        unblocked.Set();
        Assert.All(await Task.WhenAll(blocked), Assert.True);
    }

    [Fact]
    public async Task Work_that_does_not_block_shares_few_threads()
    {
        for (var i = 0; i < 1000; i++)
            await threads.RunAsync(IsOutsidePool);

        // A thread counts as free a moment after it has reported its result.
        Assert.InRange(threadsUsed.Count, 1, 100);
    }

    [Fact]
    public async Task An_exception_reaches_the_caller_and_the_next_work_is_done()
    {
        await Assert.ThrowsAsync<InvalidOperationException>(
            () => threads.RunAsync<bool>(() => throw new InvalidOperationException("expected")));

        Assert.True(await threads.RunAsync(IsOutsidePool));
    }

    private bool Block()
    {
        unblocked.Wait();
        return IsOutsidePool();
    }

    private bool IsOutsidePool()
    {
        threadsUsed[Environment.CurrentManagedThreadId] = true;
        return !Thread.CurrentThread.IsThreadPoolThread;
    }
}
