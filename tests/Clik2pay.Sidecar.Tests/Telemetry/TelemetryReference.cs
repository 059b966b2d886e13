using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Telemetry;

/// <summary>The tables of docs/reference/metrics-traces-logs.md. Each heading of the page occurs once.</summary>
internal static class TelemetryReference
{
    private static readonly ReferencePage Page = new("metrics-traces-logs.md");

    /// <param name="heading">The heading above the table.</param>
    /// <returns>The cells of each row, without the header.</returns>
    public static IReadOnlyList<string[]> RowsOf(string heading) => Page.CellsOf(heading);

    /// <returns>The first cell of each row, without backticks.</returns>
    public static IEnumerable<string> NamesIn(string heading) => RowsOf(heading).Select(row => row[0].Trim('`'));

    /// <param name="part">A part of the text of a heading.</param>
    public static IEnumerable<string> HeadingsWith(string part) =>
        Page.Headings.Where(heading => heading.Contains(part, StringComparison.Ordinal));
}
