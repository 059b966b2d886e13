using System.Diagnostics.Metrics;
using Clik2pay.Sidecar.Telemetry;

namespace Clik2pay.Sidecar.Tests.Support.Telemetry;

/// <summary>Makes meters outside of a host, for one test.</summary>
internal sealed class TestMeters : IMeterFactory
{
    private readonly List<Meter> meters = [];

    /// <summary>Instruments at which nobody looks.</summary>
    public static SidecarMetrics Unseen { get; } = new(new TestMeters());

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
