using System.Diagnostics.Metrics;
using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Tests.Support.Telemetry;

/// <summary>Creates meters outside a host, for one test.</summary>
internal sealed class TestMeters : IMeterFactory
{
    private readonly List<Meter> meters = [];

    /// <summary>Instruments that no test reads.</summary>
    public static TokenMetrics Unread { get; } = new(new TestMeters(), "default");

    public Meter Create(MeterOptions options)
    {
        options.Scope = this;
        var meter = new Meter(options);
        meters.Add(meter);
        return meter;
    }

    public void Dispose()
    {
        foreach (var meter in meters)
            meter.Dispose();
    }
}
