namespace Clik2pay.Sidecar.Telemetry.Export;

/// <summary>A variable of OpenTelemetry isn't valid. The message contains no value.</summary>
internal sealed class InvalidTelemetryException(string error) : Exception(error);
