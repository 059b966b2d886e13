namespace Clik2pay.Sidecar.Benchmarks.Proxies;

/// <summary>The proxies to measure.</summary>
/// <param name="Names">The names of the proxies.</param>
/// <param name="Sidecar">The folder of a published sidecar. If null, the current source is published.</param>
/// <param name="BareNative">The folder of a published native bare YARP. If null, it is published.</param>
/// <param name="Bounds">The folder of the published program for the bounds. If null, it is published.</param>
/// <param name="HasBatchScheduling">Whether the .NET programs have the scheduling policy <c>SCHED_BATCH</c>.</param>
/// <param name="Settings">Additional environment variables of the sidecar.</param>
internal sealed record ProxyOptions(
    IReadOnlyList<string> Names,
    string? Sidecar,
    string? BareNative,
    string? Bounds,
    bool HasBatchScheduling,
    IReadOnlyDictionary<string, string> Settings)
{
    public bool Includes(string proxy) => Names.Contains(proxy, StringComparer.Ordinal);

    public string DescribeScheduling() => HasBatchScheduling
        ? "Scheduling: SCHED_BATCH for the sidecar, bare YARP and the bounds, the usual policy for the other proxies."
        : "Scheduling: the usual policy for all proxies. With --batch-scheduling, it is SCHED_BATCH for the .NET programs.";
}
