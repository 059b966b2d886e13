namespace Clik2pay.Sidecar.Benchmarks.Refresh;

/// <summary>How long refreshes are looked at.</summary>
/// <param name="Sidecar">The folder of a published sidecar; null: it is published first.</param>
/// <param name="Rounds">How often each is measured.</param>
/// <param name="Seconds">How long each time.</param>
/// <param name="Life">How many seconds the tokens live that are refreshed under load.</param>
/// <param name="Settings">More settings of the sidecar, as environment variables.</param>
internal sealed record RefreshOptions(
    string? Sidecar, int Rounds, int Seconds, int Life, IReadOnlyDictionary<string, string> Settings);
