using System.Globalization;
using System.Text.Json;
using System.Text.RegularExpressions;
using Clik2pay.Sidecar.Tests.Conventions;
using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Telemetry;

/// <summary>
/// The alerts and the dashboard need only what the level Minimal has. <see cref="MinimalLevelTests"/> compares the reference, from which
/// these tests read the metrics, with a running sidecar.
/// </summary>
public sealed partial class MinimalQueriesTests
{
    /// <summary>Labels that Prometheus adds to each series of a target, and the bound of a bucket.</summary>
    private static readonly string[] OtherLabels = ["cluster", "namespace", "job", "instance", "pod", "le"];

    private static readonly Dictionary<string, string[]> Minimal = TelemetryReference.RowsOf("Level Minimal").ToDictionary(
        row => row[0].Trim('`'),
        row => row[1].Replace("`", "", StringComparison.Ordinal).Split(", ", StringSplitOptions.RemoveEmptyEntries),
        StringComparer.Ordinal);

    public static TheoryData<string> Files => ["observability/alerts.yaml", "observability/grafana-dashboard.json"];

    [Theory]
    [MemberData(nameof(Files))]
    public void Each_metric_exists_at_the_level_Minimal(string file)
    {
        var names = QueriesIn(file).SelectMany(SelectorsIn).Select(selector => selector.Metric).ToHashSet(StringComparer.Ordinal);

        Assert.NotEmpty(names);
        Violations.AssertNone(names.Where(name => LabelsOf(name) is null));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Each_label_of_a_selector_exists_at_the_level_Minimal(string file) => Violations.AssertNone(
        from query in QueriesIn(file)
        from selector in SelectorsIn(query)
        from label in selector.Labels
        where LabelsOf(selector.Metric) is { } labels && !labels.Concat(OtherLabels).Contains(label, StringComparer.Ordinal)
        select $"{selector.Metric}: {label}");

    /// <summary>Queries may leave out any label, for example <c>trigger</c>, which only the level Full has.</summary>
    [Theory]
    [MemberData(nameof(Files))]
    public void Each_label_that_a_query_keeps_exists_at_the_level_Minimal(string file)
    {
        var known = Minimal.Values.SelectMany(labels => labels).Concat(OtherLabels).ToHashSet(StringComparer.Ordinal);

        Violations.AssertNone(
            from query in QueriesIn(file)
            from clause in KeptLabels().Matches(query)
            from label in Name().Matches(clause.Groups["labels"].Value)
            where !known.Contains(label.Value)
            select $"{label.Value}: {query}");
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void Each_bound_of_a_bucket_exists_at_the_level_Minimal(string file) => Violations.AssertNone(
        from query in QueriesIn(file)
        from bounds in Bounds().Matches(query)
        from number in Number().Matches(bounds.Groups["bounds"].Value.Replace("[.]", ".", StringComparison.Ordinal))
        where !MinimalLevelTests.Bounds.Contains(double.Parse(number.Value, CultureInfo.InvariantCulture))
        select $"{number.Value}: {query}");

    [Fact]
    public void A_query_is_split_into_its_metrics_and_labels()
    {
        const string query = """
            sum by (job, code) (rate(clik2pay_sidecar_own_answers_total{job=~"a{2}",code!="x"}[3m])) / ignoring (code) group_left (version)
            http_server_request_duration_seconds_count + level:clik2pay_sidecar_errors:rate5m{http_route="a"} > 0
            """;

        Assert.Equal(
            ["clik2pay_sidecar_own_answers_total job code", "http_server_request_duration_seconds_count "],
            SelectorsIn(query).Select(selector => $"{selector.Metric} {string.Join(' ', selector.Labels)}"));
        Assert.Equal(["job, code", "version"], KeptLabels().Matches(query).Select(clause => clause.Groups["labels"].Value));
    }

    /// <returns>The labels at the level Minimal. Null if the metric does not exist.</returns>
    private static string[]? LabelsOf(string metric) =>
        Minimal.GetValueOrDefault(metric) ?? Minimal.GetValueOrDefault(HistogramSuffix().Replace(metric, ""));

    /// <summary>The metrics of the sidecar and the platform. The names of recording rules contain colons.</summary>
    private static IEnumerable<(string Metric, IReadOnlyList<string> Labels)> SelectorsIn(string query) =>
        from selector in Selector().Matches(Clause().Replace(query, ""))
        let labels = Quoted().Replace(selector.Groups["labels"].Value, "")
        where MetricName().IsMatch(selector.Groups["name"].Value)
        select (selector.Groups["name"].Value, (IReadOnlyList<string>)[.. Name().Matches(labels).Select(name => name.Value)]);

    private static IReadOnlyList<string> QueriesIn(string file)
    {
        var text = Repository.Read(file);
        if (file.EndsWith(".yaml", StringComparison.Ordinal))
            return [.. Rule().Matches(text).Select(rule => rule.Groups["query"].Value)];

        using var dashboard = JsonDocument.Parse(text);
        return [.. QueriesIn(dashboard.RootElement)];
    }

    /// <summary>The queries of panels, of annotations, and of variables.</summary>
    private static IEnumerable<string> QueriesIn(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Object => element.EnumerateObject().SelectMany(member =>
            member is { Name: "expr" or "query" or "definition", Value.ValueKind: JsonValueKind.String }
                ? [member.Value.GetString()!]
                : QueriesIn(member.Value)),
        JsonValueKind.Array => element.EnumerateArray().SelectMany(QueriesIn),
        _ => [],
    };

    /// <summary>An expression on the same line, or on the following lines with more indentation.</summary>
    [GeneratedRegex(
        "^(?<indent> *)(- )?expr: *(?<query>[^|>\\s].*|[|>]-?\\n((\\k<indent> +.*)?\\n)+)",
        RegexOptions.Multiline | RegexOptions.ExplicitCapture,
        5000)]
    private static partial Regex Rule();

    [GeneratedRegex(
        "(?<name>[A-Za-z_:][\\w:]*)\\s*(\\{(?<labels>(\"([^\"\\\\]|\\\\.)*\"|[^\"}])*)\\})?|\"([^\"\\\\]|\\\\.)*\"",
        RegexOptions.ExplicitCapture,
        5000)]
    private static partial Regex Selector();

    [GeneratedRegex("^(clik2pay_sidecar|http_server|http_client|kestrel|process|dotnet)_[^:]+$", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex MetricName();

    [GeneratedRegex("\\b(by|without|on|ignoring|group_left|group_right)\\s*\\([^)]*\\)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Clause();

    [GeneratedRegex("\\b(by|on|group_left|group_right)\\s*\\((?<labels>[^)]*)\\)", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex KeptLabels();

    [GeneratedRegex("\\ble\\s*=~?\\s*\"(?<bounds>[^\"]*)\"", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Bounds();

    [GeneratedRegex("[0-9]+([.][0-9]+)?", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Number();

    [GeneratedRegex("\"([^\"\\\\]|\\\\.)*\"", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex Quoted();

    [GeneratedRegex("[A-Za-z_]\\w*", RegexOptions.None, 5000)]
    private static partial Regex Name();

    [GeneratedRegex("_(bucket|count|sum)$", RegexOptions.ExplicitCapture, 5000)]
    private static partial Regex HistogramSuffix();
}
