using Clik2pay.Sidecar.Benchmarks.Proxies;
using Clik2pay.Sidecar.Benchmarks.Rig.Runs;

namespace Clik2pay.Sidecar.Benchmarks.Load;

/// <summary>The options of the verb <c>load</c>.</summary>
/// <param name="Proxies">The proxies.</param>
/// <param name="Baseline">
/// The name of the proxy that the others are compared with. If null, the baseline is the native bare YARP, or the other bare YARP if the
/// native one is not measured.
/// </param>
/// <param name="Cases">The kinds of load.</param>
/// <param name="Rounds">The number of runs of each proxy.</param>
/// <param name="Seconds">The duration of a run in seconds.</param>
/// <param name="Starts">The number of starts of each proxy for the start time.</param>
internal sealed record LoadOptions(
    ProxyOptions Proxies, string? Baseline, IReadOnlyList<LoadCase> Cases, int Rounds, int Seconds, int Starts);
