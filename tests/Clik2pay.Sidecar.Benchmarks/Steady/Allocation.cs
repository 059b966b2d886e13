namespace Clik2pay.Sidecar.Benchmarks.Steady;

/// <summary>Measures the bytes that code allocates.</summary>
internal static class Allocation
{
    public const int Runs = 1000;

    private const int Batches = 10;

    /// <returns>
    /// The bytes that <see cref="Runs"/> runs allocate on this thread after a warm-up of the same number of runs: the minimum of up to ten
    /// batches. The minimum excludes occasional allocations of the runtime, for instance when it trims pools.
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
