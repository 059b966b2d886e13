namespace Clik2pay.Sidecar.Benchmarks.Steady;

/// <summary>What code allocates, to the byte.</summary>
internal static class Allocation
{
    public const int Runs = 1000;

    private const int Batches = 10;

    /// <returns>
    /// Bytes, of so many runs after as many that warmed it up. The least of several batches: what the code allocates is in each of them, what the runtime does
    /// meanwhile (it empties pools, for instance) is not.
    /// </returns>
    public static long Measure(Action run)
    {
        Repeat(run);
        var least = long.MaxValue;
        for (var batch = 0; batch < Batches && least > 0; batch++)
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            Repeat(run);
            least = Math.Min(least, GC.GetAllocatedBytesForCurrentThread() - before);
        }

        return least;
    }

    private static void Repeat(Action run)
    {
        for (var i = 0; i < Runs; i++)
            run();
    }
}
