using System.Collections.Concurrent;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Runs;

/// <summary>Counts the responses by status.</summary>
internal sealed class StatusTally
{
    private readonly ConcurrentDictionary<int, int> statuses = new();

    public void Count(int status) => statuses.AddOrUpdate(status, 1, (_, count) => count + 1);

    public override string ToString() =>
        string.Join(", ", statuses.OrderBy(pair => pair.Key).Select(pair => $"{pair.Value} × {pair.Key}"));
}
