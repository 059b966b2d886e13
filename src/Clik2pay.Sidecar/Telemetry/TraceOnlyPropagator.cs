using System.Diagnostics;

namespace Clik2pay.Sidecar.Telemetry;

/// <summary>Takes a caller's trace id on, and neither his tracestate nor his baggage: that is his own context, and would be on each span of his request.</summary>
internal sealed class TraceOnlyPropagator : DistributedContextPropagator
{
    private readonly DistributedContextPropagator w3c = CreateW3CPropagator();

    public override IReadOnlyCollection<string> Fields => w3c.Fields;

    public override void Inject(Activity? activity, object? carrier, PropagatorSetterCallback? setter)
    {
        // Nothing of ours goes out in a header.
    }

    public override void ExtractTraceIdAndState(object? carrier, PropagatorGetterCallback? getter, out string? traceId, out string? traceState)
    {
        w3c.ExtractTraceIdAndState(carrier, getter, out traceId, out _);
        traceState = null;
    }

    public override IEnumerable<KeyValuePair<string, string?>>? ExtractBaggage(object? carrier, PropagatorGetterCallback? getter) => null;
}
