namespace Clik2pay.Sidecar.Administration.Status;

/// <summary>The result of a probe.</summary>
/// <param name="IsHealthy">Whether the response is 200; otherwise it is 503.</param>
/// <param name="Reason">A sentence for people, without secrets. With several profiles, further lines describe some of them.</param>
internal readonly record struct Probe(bool IsHealthy, string Reason);
