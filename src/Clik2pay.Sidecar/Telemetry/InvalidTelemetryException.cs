namespace Clik2pay.Sidecar.Telemetry;

/// <summary>The variables of OpenTelemetry cannot be used at start. The message holds none of their values.</summary>
internal sealed class InvalidTelemetryException(string error) : Exception(error);
