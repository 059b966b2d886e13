using System.Diagnostics.Metrics;

namespace Clik2pay.Sidecar.Telemetry;

/// <summary>
/// A counter whose tags have few values, all known in advance. Each series starts at 0. Otherwise, an alert on an increase would miss the
/// first event of a series.
/// </summary>
internal sealed class ClosedCounter<TKey>
    where TKey : notnull
{
    private readonly (TKey Key, Cell Cell)[] all;
    private readonly Dictionary<TKey, Cell> cells;

    /// <param name="meter">The meter that the instruments are created in.</param>
    /// <param name="name">The name of the instrument.</param>
    /// <param name="description">What is counted, in one sentence.</param>
    /// <param name="keys">Everything that can be counted.</param>
    /// <param name="tagsOf">Returns the tags of a key.</param>
    /// <param name="detail">The tag that the level Minimal leaves out. The series that differ only in this tag become one.</param>
    /// <param name="isRare">
    /// Whether a series of the level Minimal begins with its first event. For counters that no alert on a single event uses.
    /// </param>
    public ClosedCounter(
        Meter meter,
        string name,
        string description,
        IEnumerable<TKey> keys,
        Func<TKey, KeyValuePair<string, object?>[]> tagsOf,
        string? detail = null,
        bool isRare = false)
    {
        all = [.. keys.Select(key => (key, new Cell(tagsOf(key))))];
        cells = all.ToDictionary(pair => pair.Key, pair => pair.Cell);
        meter.CreateObservableCounter(
            name, () => all.Select(pair => new Measurement<long>(pair.Cell.Count, pair.Cell.Tags)), description: description);

        var groups = all.Select(pair => pair.Cell)
            .GroupBy(cell => string.Join(' ', cell.Tags.Where(tag => tag.Key != detail).Select(tag => tag.Value)), StringComparer.Ordinal)
            .Select(group => (Tags: Array.FindAll(group.First().Tags, tag => tag.Key != detail), Cells: group.ToArray()))
            .ToArray();
        meter.CreateObservableCounter(CounterForms.SmallNameOf(name), ObserveGroups, description: description);

        IEnumerable<Measurement<long>> ObserveGroups() =>
            from @group in groups
            let count = @group.Cells.Sum(cell => cell.Count)
            where count > 0 || !isRare
            select new Measurement<long>(count, @group.Tags);
    }

    /// <summary>The count of each key, in the order of the keys.</summary>
    public IEnumerable<KeyValuePair<TKey, long>> Counts => all.Select(pair => KeyValuePair.Create(pair.Key, pair.Cell.Count));

    public void Add(TKey key) => cells[key].Add();

    private sealed class Cell(KeyValuePair<string, object?>[] tags)
    {
        private long count;

        public KeyValuePair<string, object?>[] Tags { get; } = tags;

        public long Count => Interlocked.Read(ref count);

        public void Add() => Interlocked.Increment(ref count);
    }
}
