namespace Clik2pay.Sidecar.Benchmarks.Rig;

/// <summary>What is told of several runs.</summary>
internal static class Statistics
{
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>Of the runs of one thing and those of another, which took turns: what moves both, such as a busy machine, is not in the ratio.</summary>
    public static double Ratio(IReadOnlyList<LoadResult> runs, IReadOnlyList<LoadResult> others, Func<LoadResult, double> figure) =>
        Median(runs.Zip(others, (run, other) => figure(run) / figure(other)));
}
