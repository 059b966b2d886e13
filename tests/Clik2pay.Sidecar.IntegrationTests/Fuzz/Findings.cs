using System.Collections.Concurrent;
using System.Text;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz;

/// <summary>What a fuzz run has found, by kind: how often, and the first cases of each as lines for a corpus.</summary>
internal sealed class Findings
{
    private const int CasesOfKind = 3;
    private const int LongestCase = 4_000;

    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> kinds = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> counts = new(StringComparer.Ordinal);

    public void Add(string kind, ReadOnlySpan<byte> bytes, string detail = "")
    {
        counts.AddOrUpdate(kind, 1, (_, count) => count + 1);
        var cases = kinds.GetOrAdd(kind, _ => new());
        if (cases.Count < CasesOfKind)
            cases.Enqueue($"    {Corpus.Escape(bytes[..Math.Min(bytes.Length, LongestCase)])}\n      {detail}");
    }

    public void AssertNone() => Assert.True(counts.IsEmpty, ToString());

    public override string ToString()
    {
        var text = new StringBuilder("The fuzz run has findings. Add each case to the corpus once it is fixed.\n");
        foreach (var (kind, cases) in kinds.OrderBy(kind => kind.Key, StringComparer.Ordinal))
            text.AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"  {counts[kind]} × {kind}\n{string.Join('\n', cases)}");
        return text.ToString();
    }
}
