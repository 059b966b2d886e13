using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Simulator;

/// <summary>The reference of the simulator in docs/reference.</summary>
internal static class SimulatorReference
{
    private static readonly ReferencePage Pages = new("simulator.md", "simulator-fields.md", "simulator-control.md");

    public static string Text => Pages.Text;

    /// <inheritdoc cref="ReferencePage.SectionOf"/>
    public static IReadOnlyList<string> SectionOf(string heading) => Pages.SectionOf(heading);

    /// <inheritdoc cref="ReferencePage.RowsOf"/>
    public static IReadOnlyList<string> RowsOf(string heading, int columns) => Pages.RowsOf(heading, columns);

    /// <inheritdoc cref="ReferencePage.AssertRows"/>
    public static void AssertRows(string heading, int columns, IEnumerable<string> expected) =>
        Pages.AssertRows(heading, columns, expected);
}
