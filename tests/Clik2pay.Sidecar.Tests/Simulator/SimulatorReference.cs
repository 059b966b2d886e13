using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Simulator;

/// <summary>The reference of the simulator in docs/reference. Its pages have different headings.</summary>
internal static class SimulatorReference
{
    private static readonly string[] Pages = ["simulator.md", "simulator-fields.md", "simulator-control.md"];

    public static string Text { get; } = string.Concat(Pages.Select(page => Repository.Read($"docs/reference/{page}")));

    /// <param name="heading">The text of a heading.</param>
    /// <returns>The lines from this heading to the next one.</returns>
    public static IReadOnlyList<string> SectionOf(string heading)
    {
        var lines = Text.Split('\n').SkipWhile(line => !IsHeading(line) || line.TrimStart('#').Trim() != heading).ToList();
        Assert.True(lines.Count > 0, $"The reference of the simulator has no heading '{heading}'.");
        return [lines[0], .. lines.Skip(1).TakeWhile(line => !IsHeading(line))];
    }

    /// <param name="heading">The heading above a table.</param>
    /// <param name="columns">How many columns to return, from the left.</param>
    /// <returns>The rows without the header, with bars between the cells.</returns>
    public static IReadOnlyList<string> RowsOf(string heading, int columns) =>
    [
        .. SectionOf(heading).Where(line => line.StartsWith('|'))
            .Skip(2)
            .Select(line => string.Join(" | ", line.Trim('|').Split('|').Take(columns).Select(cell => cell.Trim()))),
    ];

    /// <summary>Fails with all expected rows if the table differs from them in the first columns.</summary>
    public static void AssertRows(string heading, int columns, IEnumerable<string> expected)
    {
        var rows = expected.ToList();
        Assert.True(
            rows.SequenceEqual(RowsOf(heading, columns), StringComparer.Ordinal),
            $"The first {columns} columns below '{heading}' must be:\n{string.Join('\n', rows.Select(row => $"| {row} |"))}");
    }

    private static bool IsHeading(string line) => line.StartsWith('#');
}
