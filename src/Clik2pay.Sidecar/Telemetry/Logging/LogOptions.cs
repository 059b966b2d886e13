using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Telemetry.Logging;

/// <summary>What is logged, and how.</summary>
internal sealed record LogOptions
{
    [Setting("Sidecar:LogFormat", Default = "Text")]
    public required LogFormat LogFormat { get; init; }

    /// <summary>Whether each caller request is logged, in one line without path, query and body.</summary>
    [Setting("Sidecar:AccessLog", Default = "false")]
    public required bool AccessLog { get; init; }
}
