using System.Collections.Concurrent;
using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace Clik2pay.Sidecar.Tests.Support.Telemetry;

/// <summary>
/// All activities and measurements of the process, as text. A test that uses this class runs alone, because all HTTP clients of the
/// process send a traceparent while there is a listener.
/// </summary>
internal sealed class RecordedTelemetry : IDisposable
{
    private readonly ActivityListener activityListener;
    private readonly MeterListener meterListener = new();
    private readonly ConcurrentDictionary<string, long> measurements = new(StringComparer.Ordinal);

    public RecordedTelemetry()
    {
        activityListener = new()
        {
            ShouldListenTo = _ => true,
            Sample = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            SampleUsingParentId = (ref _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity => Activities.Enqueue(Describe(activity)),
        };
        ActivitySource.AddActivityListener(activityListener);

        meterListener.InstrumentPublished = (instrument, self) => self.EnableMeasurementEvents(instrument);
        Listen<byte>();
        Listen<short>();
        Listen<int>();
        Listen<long>();
        Listen<float>();
        Listen<double>();
        Listen<decimal>();
        meterListener.Start();
    }

    /// <summary>The source, names, tags, events, links, baggage and state of each activity.</summary>
    public ConcurrentQueue<string> Activities { get; } = new();

    /// <summary>The meter, instrument, description and tags of each distinct measurement.</summary>
    public IEnumerable<string> Measurements => measurements.Keys;

    public long MeasurementCount => measurements.Values.Sum();

    /// <summary>Records the observable instruments.</summary>
    public void Observe() => meterListener.RecordObservableInstruments();

    public void Dispose()
    {
        activityListener.Dispose();
        meterListener.Dispose();
    }

    private static string Describe(Activity activity) => string.Join('\n', (string?[])
    [
        $"{activity.Source.Name}: {activity.OperationName}, {activity.DisplayName}, {activity.StatusDescription}, {activity.ParentId}, "
            + activity.TraceStateString,
        Describe("tag", activity.TagObjects),
        Describe("baggage", activity.Baggage.Select(item => new KeyValuePair<string, object?>(item.Key, item.Value))),
        .. activity.Events.Select(activityEvent => $"event {activityEvent.Name}\n{Describe("event tag", activityEvent.Tags)}"),
        .. activity.Links.Select(link => $"link {link.Context.TraceState}\n{Describe("link tag", link.Tags ?? [])}"),
    ]);

    private static string Describe(string kind, IEnumerable<KeyValuePair<string, object?>> pairs) =>
        string.Join('\n', pairs.Select(pair => $"{kind} {pair.Key}={RecordedLog.Describe(pair.Value)}"));

    private void Listen<T>()
        where T : struct =>
        meterListener.SetMeasurementEventCallback<T>((instrument, _, tags, _) => measurements.AddOrUpdate(
            $"{instrument.Meter.Name}/{instrument.Name} ({instrument.Description})\n{Describe("tag", tags.ToArray())}",
            1,
            (_, count) => count + 1));
}
