using System.Diagnostics;

namespace Clik2pay.Sidecar.Telemetry.Export;

/// <summary>
/// Continues a caller's trace, but drops tracestate and baggage. Otherwise, every span of the request would carry them.
/// </summary>
internal sealed class TraceOnlyPropagator : DistributedContextPropagator
{
    private readonly DistributedContextPropagator w3c = CreateW3CPropagator();

    public override IReadOnlyCollection<string> Fields => w3c.Fields;

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter)
    {
        // The sidecar adds no header to requests.
    }

    public override void ExtractTraceIdAndState(
        object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState)
    {
        w3c.ExtractTraceIdAndState(carrier, getter, out traceId, out _);
        traceState = null;
    }

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) => null;
}
