namespace Clik2pay.Sidecar.Benchmarks.Refresh;

/// <summary>The options of the verb <c>refresh</c>.</summary>
/// <param name="Sidecar">The folder of a published sidecar. If null, the current source is published.</param>
/// <param name="Rounds">The number of runs with and without a refresh.</param>
/// <param name="Seconds">The duration of a run in seconds.</param>
/// <param name="LifetimeSeconds">The lifetime in seconds of the tokens that are refreshed under load.</param>
/// <param name="Settings">Additional environment variables of the sidecar.</param>
internal sealed record RefreshOptions(
    string? Sidecar, int Rounds, int Seconds, int LifetimeSeconds, IReadOnlyDictionary<string, string> Settings);
