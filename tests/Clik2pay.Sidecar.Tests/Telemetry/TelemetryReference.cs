using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Telemetry;

/// <summary>The tables of docs/reference/metrics-traces-logs.md. Each heading of the page occurs once.</summary>
internal static class TelemetryReference
{
    private static readonly string[] Lines = Repository.Read("docs/reference/metrics-traces-logs.md").Split('\n');

    /// <param name="heading">The heading above the table.</param>
    /// <returns>The cells of each row, without the header.</returns>
    public static IReadOnlyList<IReadOnlyList<string>> RowsOf(string heading)
    {
        var section = Lines.SkipWhile(line => line.TrimStart('#').Trim() != heading || !IsHeading(line)).ToList();
        Assert.True(section.Count > 0, $"The reference has no heading '{heading}'.");
        return
        [
            .. section.Skip(1).TakeWhile(line => !IsHeading(line)).Where(line => line.StartsWith('|')).Skip(2)
                .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries)),
        ];
    }

    /// <returns>The first cell of each row, without backticks.</returns>
    public static IEnumerable<string> NamesIn(string heading) => RowsOf(heading).Select(row => row[0].Trim('`'));

    /// <param name="prefix">A part of the text of a heading.</param>
    public static IEnumerable<string> HeadingsWith(string prefix) =>
        Lines.Where(IsHeading).Select(line => line.TrimStart('#').Trim())
            .Where(heading => heading.Contains(prefix, StringComparison.Ordinal));

    private static bool IsHeading(string line) => line.StartsWith('#');
}
