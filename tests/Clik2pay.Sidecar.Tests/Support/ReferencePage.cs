using System.Text.RegularExpressions;

namespace Clik2pay.Sidecar.Tests.Support;

/// <summary>One or more pages in docs/reference. Each heading occurs once. Tests compare the tables with the code.</summary>
internal sealed partial class ReferencePage(params string[] pages)
{
    public string Text { get; } = string.Concat(pages.Select(page => Repository.Read($"docs/reference/{page}")));

    public IEnumerable<string> Headings => Text.Split('\n').Where(IsHeading).Select(line => line.TrimStart('#').Trim());

    /// <returns>The contents of each pair of backticks.</returns>
    public static IEnumerable<string> CodeIn(string text) => Code().Matches(text).Select(match => match.Groups["code"].Value);

    /// <param name="heading">The text of a heading.</param>
    /// <returns>The lines from this heading to the next one.</returns>
    public IReadOnlyList<string> SectionOf(string heading)
    {
        var lines = Text.Split('\n').SkipWhile(line => !IsHeading(line) || line.TrimStart('#').Trim() != heading).ToList();
        Assert.True(lines.Count > 0, $"{string.Join(", ", pages)}: there is no heading '{heading}'.");
        return [lines[0], .. lines.Skip(1).TakeWhile(line => !IsHeading(line))];
    }

    /// <param name="heading">The heading above a table.</param>
    /// <param name="firstColumn">The header of the table's first column. Null selects the first table.</param>
    /// <returns>The cells of each row, without the header. Empty if there is no such table.</returns>
    public IReadOnlyList<string[]> CellsOf(string heading, string? firstColumn = null) =>
    [
        .. SectionOf(heading)
            .SkipWhile(line => !line.StartsWith(firstColumn is null ? "|" : $"| {firstColumn} |", StringComparison.Ordinal))
            .TakeWhile(line => line.StartsWith('|'))
            .Skip(2)
            .Select(line => line.Trim('|').Split('|', StringSplitOptions.TrimEntries)),
    ];

    /// <param name="heading">The heading above a table.</param>
    /// <param name="columns">How many columns to return, from the left.</param>
    /// <param name="firstColumn">The header of the table's first column. Null selects the first table.</param>
    /// <returns>The rows without the header. The cells are separated by <c> | </c>.</returns>
    public IReadOnlyList<string> RowsOf(string heading, int columns, string? firstColumn = null) =>
        [.. CellsOf(heading, firstColumn).Select(cells => string.Join(" | ", cells.Take(columns)))];

    /// <summary>Fails with all expected rows if the table differs from them in the first columns.</summary>
    public void AssertRows(string heading, int columns, IEnumerable<string> expected, string? firstColumn = null)
    {
        var rows = expected.ToList();
        Assert.True(
            rows.SequenceEqual(RowsOf(heading, columns, firstColumn), StringComparer.Ordinal),
            $"The first {columns} columns below '{heading}' must be:\n{string.Join('\n', rows.Select(row => $"| {row} |"))}");
    }

    private static bool IsHeading(string line) => line.StartsWith('#');

    [GeneratedRegex("`(?<code>[^`]+)`", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex Code();
}
