using System.Collections.Concurrent;
using System.Text;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Runs;

/// <summary>Counts the findings of a fuzz run by kind, and keeps the first cases of each kind as lines for the corpus.</summary>
internal sealed class Findings
{
    private const int CasesPerKind = 3;
    private const int MaxCaseLength = 4_000;

    private readonly ConcurrentDictionary<string, ConcurrentQueue<string>> kinds = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, int> counts = new(StringComparer.Ordinal);

    public void Add(string kind, ReadOnlySpan<byte> bytes, string detail = "")
    {
        counts.AddOrUpdate(kind, 1, (_, count) => count + 1);
        var cases = kinds.GetOrAdd(kind, _ => new());
        if (cases.Count < CasesPerKind)
            cases.Enqueue($"    {Corpus.Escape(bytes[..Math.Min(bytes.Length, MaxCaseLength)])}\n      {detail}");
    }

    public void AssertNone() => Assert.True(counts.IsEmpty, ToString());

    public override string ToString()
    {
        var text = new StringBuilder("The fuzz run has findings. Add each case to the corpus when you fix it.\n");
        foreach (var (kind, cases) in kinds.OrderBy(kind => kind.Key, StringComparer.Ordinal))
            text.AppendLine(System.Globalization.CultureInfo.InvariantCulture, $"  {counts[kind]} × {kind}\n{string.Join('\n', cases)}");
        return text.ToString();
    }
}
