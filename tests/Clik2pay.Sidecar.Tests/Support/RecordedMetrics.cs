using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Clik2pay.Sidecar.Tests.Support;

/// <summary>The sums of one sidecar's counters, by name and tag.</summary>
internal sealed class RecordedMetrics : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly ConcurrentDictionary<(string Name, string? Tag), long> sums = new();

    public RecordedMetrics(IMeterFactory meters)
    {
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "Clik2pay.Sidecar" && ReferenceEquals(instrument.Meter.Scope, meters))
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) =>
            sums.AddOrUpdate((instrument.Name, tags.IsEmpty ? null : (string?)tags[0].Value), value, (_, sum) => sum + value));
        listener.Start();
    }

    public long Sum(string name, string? tag = null) => sums.GetValueOrDefault((name, tag));

    public void Dispose() => listener.Dispose();
}
