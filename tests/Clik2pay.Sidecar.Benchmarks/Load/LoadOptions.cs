using Clik2pay.Sidecar.Benchmarks.Rig.Results;

namespace Clik2pay.Sidecar.Benchmarks.Load;

/// <summary>What is measured, and for how long.</summary>
/// <param name="Sidecar">The folder of a published sidecar; null: it is published first.</param>
/// <param name="Only">The names of the proxies; empty: all that are installed.</param>
/// <param name="Cases">The kinds of load.</param>
/// <param name="Rounds">How often each is measured.</param>
/// <param name="Seconds">How long each time.</param>
/// <param name="Starts">How often each is started to see how long that takes.</param>
/// <param name="Settings">More settings of the sidecar, as environment variables.</param>
internal sealed record LoadOptions(
    string? Sidecar, IReadOnlyList<string> Only, IReadOnlyList<LoadCase> Cases, int Rounds, int Seconds, int Starts, IReadOnlyDictionary<string, string> Settings);
