namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Runs;

/// <summary>Compares the memory in the middle of a run with the memory at its end.</summary>
internal sealed class MemoryWatch
{
    /// <summary>
    /// The maximum growth in bytes from the middle of a run, when warm-up is over, to its end. With TEST_LONG=1, a leak of 100 bytes
    /// per request exceeds this limit.
    /// </summary>
    private const long MaxGrowth = 50_000_000;

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
        Assert.InRange(End.Heap - Middle.Heap, long.MinValue, MaxGrowth);
        Assert.InRange(End.WorkingSet - Middle.WorkingSet, long.MinValue, MaxGrowth);
    }
}
