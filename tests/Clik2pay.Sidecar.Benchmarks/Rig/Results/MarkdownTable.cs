using System.Globalization;
using System.Text;

namespace Clik2pay.Sidecar.Benchmarks.Rig.Results;

/// <summary>A table in Markdown.</summary>
internal sealed class MarkdownTable(params string[] columns)
{
    private readonly List<string[]> rows = [];

    public void Add(params string[] row) => rows.Add(row);

    /// <summary>Three significant digits, or all digits of the integer part if there are more.</summary>
    public static string Figure(double value) => value.ToString(
        value switch
        {
            >= 100 => "N0",
            >= 10 => "F1",
            >= 1 => "F2",
            _ => "F3",
        },
        CultureInfo.InvariantCulture);

    public static string Ratio(double value) => value.ToString("F2", CultureInfo.InvariantCulture);

    public static string Ratio(double value, (double Low, double High) interval) =>
        $"{Ratio(value)} ({Ratio(interval.Low)} to {Ratio(interval.High)})";

    /// <summary>Converts microseconds.</summary>
    public static string Milliseconds(double microseconds) => Figure(microseconds / 1000);

    /// <summary>Converts KiB.</summary>
    public static string Mebibytes(double kibibytes) => Figure(kibibytes / 1024);

    public override string ToString()
    {
        var text = new StringBuilder();
        foreach (var row in (string[][])[columns, [.. columns.Select(_ => "---")], .. rows])
            text.Append("| ").AppendJoin(" | ", row).Append(" |\n");
        return text.ToString();
    }
}
