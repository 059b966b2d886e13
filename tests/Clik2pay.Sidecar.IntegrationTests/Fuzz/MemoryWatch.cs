namespace Clik2pay.Sidecar.IntegrationTests.Fuzz;

/// <summary>Compares the memory in the middle of a run with that at its end.</summary>
internal sealed class MemoryWatch
{
    /// <summary>
    /// Warm-up is over in the middle of a run. A leak of 100 bytes for each request of the second half of the long run is this much.
    /// </summary>
    private const long MostGrowth = 50_000_000;

    private readonly List<(long Heap, long WorkingSet)> samples = [];

    private (long Heap, long WorkingSet) Middle => samples[samples.Count / 2];

    private (long Heap, long WorkingSet) End => samples[^1];

    public void Sample() => samples.Add((GC.GetTotalMemory(forceFullCollection: true), Environment.WorkingSet));

    public void Report(string name)
    {
        Figures.Report($"{name}, heap in the middle and at the end: {Middle.Heap / 1e6:0.0} and {End.Heap / 1e6:0.0} MB");
        Figures.Report($"{name}, working set in the middle and at the end: {Middle.WorkingSet / 1e6:0} and {End.WorkingSet / 1e6:0} MB");
    }

    public void AssertFlat()
    {
        Assert.InRange(End.Heap - Middle.Heap, long.MinValue, MostGrowth);
        Assert.InRange(End.WorkingSet - Middle.WorkingSet, long.MinValue, MostGrowth);
    }
}
