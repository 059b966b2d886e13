namespace Clik2pay.Sidecar.Administration;

/// <summary>When the startup and readiness probes succeed, if there are several profiles.</summary>
internal enum ReadyWhen
{
    /// <summary>At least one profile is ready. Requests of the others get a 503.</summary>
    Any,

    /// <summary>Every profile is ready.</summary>
    All,
}
