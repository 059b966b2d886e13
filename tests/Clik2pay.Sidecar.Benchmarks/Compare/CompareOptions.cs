using Clik2pay.Sidecar.Benchmarks.Rig.Runs;

namespace Clik2pay.Sidecar.Benchmarks.Compare;

/// <summary>The options of the verb <c>compare</c>.</summary>
/// <param name="Before">The folder of the older published sidecar.</param>
/// <param name="Sidecar">The folder of the newer published sidecar. If null, the current source is published.</param>
/// <param name="Cases">The kinds of load.</param>
/// <param name="Rounds">The number of runs of each build.</param>
/// <param name="Seconds">The duration of a run in seconds.</param>
/// <param name="Settings">Additional environment variables of both builds.</param>
/// <param name="NewSettings">Additional environment variables of the newer build only.</param>
/// <param name="Headers">Additional headers of each request, to both builds.</param>
internal sealed record CompareOptions(
    string Before,
    string? Sidecar,
    IReadOnlyList<LoadCase> Cases,
    int Rounds,
    int Seconds,
    IReadOnlyDictionary<string, string> Settings,
    IReadOnlyDictionary<string, string> NewSettings,
    IReadOnlyDictionary<string, string> Headers);
