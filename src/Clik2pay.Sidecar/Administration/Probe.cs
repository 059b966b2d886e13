namespace Clik2pay.Sidecar.Administration;

/// <summary>A probe's answer: 200 or 503, with a sentence for people. The sentence holds no secret.</summary>
internal readonly record struct Probe(bool IsHealthy, string Reason);
