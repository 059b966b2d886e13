using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Clik2pay.Sidecar.Tests.Support.Telemetry;

/// <summary>The values of one sidecar's instruments, by name and tags.</summary>
internal sealed class RecordedMetrics : IDisposable
{
    private readonly MeterListener listener = new();
    private readonly ConcurrentDictionary<(string Name, string Tags), double> values = new();
    private readonly ConcurrentDictionary<string, ConcurrentQueue<double>> recorded = new(StringComparer.Ordinal);

    public RecordedMetrics(IMeterFactory meters)
    {
        listener.InstrumentPublished = (instrument, self) =>
        {
            if (instrument.Meter.Name == "Clik2pay.Sidecar" && ReferenceEquals(instrument.Meter.Scope, meters))
                self.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Keep(instrument, value, tags));
        listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Keep(instrument, value, tags));
        listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Keep(instrument, value, tags));
        listener.Start();
    }

    /// <summary>The sum of all series that have each of these tag values.</summary>
    public long Sum(string name, params IReadOnlyList<string> tags) =>
        (long)All(name).Where(series => tags.All(series.Tags.Split(',').Contains)).Sum(series => series.Value);

    /// <summary>Each series of an instrument with the values of its tags, separated by commas.</summary>
    public IReadOnlyList<(string Tags, double Value)> All(string name)
    {
        listener.RecordObservableInstruments();
        return [.. values.Where(pair => pair.Key.Name == name).Select(pair => (pair.Key.Tags, pair.Value))];
    }

    /// <summary>The values that a histogram recorded.</summary>
    public IReadOnlyList<double> Recorded(string name) => recorded.TryGetValue(name, out var all) ? [.. all] : [];

    public void Dispose() => listener.Dispose();

    private void Keep(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        if (instrument.IsObservable)
            values[(instrument.Name, string.Join(',', tags.ToArray().Select(tag => tag.Value)))] = value;
        else
            recorded.GetOrAdd(instrument.Name, _ => new()).Enqueue(value);
    }
}
