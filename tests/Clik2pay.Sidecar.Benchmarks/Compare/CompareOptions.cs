using Clik2pay.Sidecar.Benchmarks.Rig.Results;

namespace Clik2pay.Sidecar.Benchmarks.Compare;

/// <summary>Which builds are compared, under which load.</summary>
/// <param name="Before">The folder of the older published sidecar.</param>
/// <param name="Sidecar">The folder of the newer one. Null: the current source is published.</param>
/// <param name="Cases">The kinds of load.</param>
/// <param name="Rounds">How often each is measured.</param>
/// <param name="Seconds">How long each time.</param>
/// <param name="Settings">More settings of both, as environment variables.</param>
/// <param name="NewSettings">More settings of the newer one, which the older one may not know.</param>
internal sealed record CompareOptions(
    string Before,
    string? Sidecar,
    IReadOnlyList<LoadCase> Cases,
    int Rounds,
    int Seconds,
    IReadOnlyDictionary<string, string> Settings,
    IReadOnlyDictionary<string, string> NewSettings);
