namespace Clik2pay.Sidecar.Benchmarks.Rig.Results;

/// <summary>Statistics of several runs.</summary>
internal static class Statistics
{
    public static double Median(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }

    /// <summary>The 90 % confidence interval of the median, by bootstrap with 10,000 samples. A fixed seed makes it reproducible.</summary>
    public static (double Low, double High) IntervalOfMedian(IReadOnlyList<double> values)
    {
        const int samples = 10_000;
#pragma warning disable CA5394 // Statistics do not need secure random numbers.
        var random = new Random(1);
        var medians = Enumerable.Range(0, samples)
            .Select(_ => Median(Enumerable.Range(0, values.Count).Select(_ => values[random.Next(values.Count)]).ToArray()))
            .Order()
            .ToArray();
#pragma warning restore CA5394
        return (medians[samples * 5 / 100], medians[samples * 95 / 100]);
    }

    /// <summary>
    /// The first and the third quartile, by linear interpolation between the two nearest values (type 7 of Hyndman and Fan, which R and
    /// NumPy use by default).
    /// </summary>
    public static (double First, double Third) Quartiles(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        return (At(0.25), At(0.75));

        double At(double fraction)
        {
            var position = fraction * (sorted.Length - 1);
            var (low, high) = (sorted[(int)position], sorted[(int)Math.Ceiling(position)]);
            return low + ((high - low) * (position - (int)position));
        }
    }

    /// <summary>
    /// The ratios of each round. Both runs of a round are close to each other in time, so influences on both, such as a busy machine,
    /// mostly cancel out.
    /// </summary>
    public static IReadOnlyList<double> Ratios(
        IReadOnlyList<LoadResult> runs, IReadOnlyList<LoadResult> others, Func<LoadResult, double> figure) =>
        [.. runs.Zip(others, (run, other) => figure(run) / figure(other))];
}
