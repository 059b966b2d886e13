namespace Clik2pay.Sidecar.Administration.Status;

/// <summary>The result of a probe.</summary>
/// <param name="IsHealthy">Whether the response is 200; otherwise it is 503.</param>
/// <param name="Reason">One sentence for people, without secrets.</param>
internal readonly record struct Probe(bool IsHealthy, string Reason);
