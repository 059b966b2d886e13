namespace Clik2pay.Sidecar.Benchmarks.Telemetry;

/// <summary>How long the cost of telemetry is looked at.</summary>
/// <param name="Sidecar">The folder of a published sidecar; null: it is published first.</param>
/// <param name="Rounds">How often each is measured.</param>
/// <param name="Seconds">How long each time.</param>
/// <param name="Scrapes">How many scrapes there are under load.</param>
/// <param name="Settings">More settings of the sidecar, as environment variables.</param>
internal sealed record TelemetryOptions(
    string? Sidecar, int Rounds, int Seconds, int Scrapes, IReadOnlyDictionary<string, string> Settings);
