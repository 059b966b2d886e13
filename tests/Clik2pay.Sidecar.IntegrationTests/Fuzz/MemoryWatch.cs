namespace Clik2pay.Sidecar.IntegrationTests.Fuzz;

/// <summary>Compares the memory in the middle of a run with that at its end.</summary>
internal sealed class MemoryWatch
{
    /// <summary>The middle of the run is behind all warm-up, so what grows after it is not bounded. Garbage and other tests make noise.</summary>
    private const long MostGrowth = 50_000_000;

    private readonly List<(long Heap, long WorkingSet)> samples = [];

    public void Sample() => samples.Add((GC.GetTotalMemory(forceFullCollection: true), Environment.WorkingSet));

    public void AssertFlat(string name)
    {
        var (middle, end) = (samples[samples.Count / 2], samples[^1]);
        Figures.Report($"{name}: heap {middle.Heap / 1e6:0.0} MB in the middle and {end.Heap / 1e6:0.0} MB at the end, working set {middle.WorkingSet / 1e6:0} and {end.WorkingSet / 1e6:0} MB");
        Assert.InRange(end.Heap - middle.Heap, long.MinValue, MostGrowth);
        Assert.InRange(end.WorkingSet - middle.WorkingSet, long.MinValue, MostGrowth);
    }
}
