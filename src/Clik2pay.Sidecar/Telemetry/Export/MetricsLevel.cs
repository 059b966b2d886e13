namespace Clik2pay.Sidecar.Telemetry.Export;

/// <summary>How many series are exported.</summary>
internal enum MetricsLevel
{
    /// <summary>All metrics of the sidecar and of the platform, with all labels.</summary>
    Full,

    /// <summary>Only what the alerts and the dashboard of the project need, for large fleets.</summary>
    Minimal,
}
