namespace Clik2pay.Sidecar.Benchmarks.Telemetry;

/// <summary>The options of the verb <c>telemetry</c>.</summary>
/// <param name="Sidecar">The folder of a published sidecar. If null, the current source is published.</param>
/// <param name="Rounds">The number of runs with each telemetry configuration.</param>
/// <param name="Seconds">The duration of a run in seconds.</param>
/// <param name="Scrapes">The number of scrapes under load.</param>
/// <param name="Settings">Additional environment variables of the sidecar.</param>
internal sealed record TelemetryOptions(
    string? Sidecar, int Rounds, int Seconds, int Scrapes, IReadOnlyDictionary<string, string> Settings);
