using System.Globalization;
using System.Text.RegularExpressions;

namespace Clik2pay.Sidecar.Tests.Support.Telemetry;

/// <summary>Reads <c>/metrics</c> like Prometheus.</summary>
internal static partial class Scrape
{
    /// <summary>The beginning of the names of the sidecar's own metrics.</summary>
    public const string Prefix = "clik2pay_sidecar_";

    /// <summary>Scrapes after every request has been counted.</summary>
    public static async Task<string> ReadAsync(TestSidecar sidecar)
    {
        await sidecar.WaitForRequestsInProgressAsync(0);
        return await sidecar.Admin.GetStringAsync("/metrics");
    }

    /// <returns>The value of one of the sidecar's own series.</returns>
    /// <param name="text">The response to a scrape.</param>
    /// <param name="series">The name without the prefix, with the labels.</param>
    public static double Value(string text, string series) => double.Parse(
        text.Split('\n').Single(line => line.StartsWith($"{Prefix}{series} ", StringComparison.Ordinal)).Split(' ')[^1],
        CultureInfo.InvariantCulture);

    /// <returns>The lines with a value. Comments are left out.</returns>
    public static IReadOnlyList<string> SeriesIn(string text) => [.. text.Split('\n').Where(line => line.Length > 0 && line[0] != '#')];

    public static IEnumerable<(string Name, string Type)> TypesIn(string text) =>
        Type().Matches(text).Select(match => (match.Groups["name"].Value, match.Groups["type"].Value));

    /// <returns>The labels of each series, without the bounds of buckets.</returns>
    public static IEnumerable<(string Name, string Value)> LabelsIn(string text, string metric) =>
        from line in text.Split('\n')
        where line.StartsWith(metric + "{", StringComparison.Ordinal) || line.StartsWith(metric + "_sum{", StringComparison.Ordinal)
        from label in Label().Matches(line)
        select (label.Groups["name"].Value, label.Groups["value"].Value);

    /// <returns>The bounds of a histogram's buckets, without infinity.</returns>
    public static IReadOnlyList<string> BoundsIn(string text, string metric) =>
    [
        .. from line in text.Split('\n')
           where line.StartsWith(metric + "_bucket{", StringComparison.Ordinal)
           from label in Label().Matches(line)
           where label.Groups["name"].Value == "le" && label.Groups["value"].Value != "+Inf"
           select label.Groups["value"].Value,
    ];

    [GeneratedRegex(
        "^# TYPE (?<name>\\S+) (?<type>\\S+)$", RegexOptions.ExplicitCapture | RegexOptions.Multiline | RegexOptions.NonBacktracking)]
    private static partial Regex Type();

    [GeneratedRegex("(?<name>\\w+)=\"(?<value>[^\"]*)\"", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Label();
}
