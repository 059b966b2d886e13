using System.Reflection;
using System.Text.Json;
using Clik2pay.Sidecar.Tests.Support;
using Microsoft.Extensions.Logging;
using static Clik2pay.Sidecar.Tests.Support.Telemetry.Scrape;

namespace Clik2pay.Sidecar.Tests.Telemetry;

/// <summary>The tables in the reference of metrics, traces and logs match the code.</summary>
public sealed class TelemetryReferenceTests
{
    private static readonly string[] OwnTables = ["Process and state", "Access token", "Redis", "Requests"];

    /// <summary>The labels whose values the operator chooses.</summary>
    private static readonly string[] NamesOfOperator = ["caller", "profile"];

    /// <summary>These exist only with Redis, or only on a machine with a memory limit.</summary>
    private static readonly string[] Optional =
    [
        "clik2pay_sidecar_memory_limit_bytes gauge ",
        "clik2pay_sidecar_lease_wait_seconds histogram profile", "clik2pay_sidecar_store_up gauge ",
        "clik2pay_sidecar_store_operation_duration_seconds histogram ",
    ];

    [Fact]
    public async Task The_tables_have_each_metric_of_the_sidecar_with_its_type_and_its_labels_and_no_other()
    {
        var text = await ScrapeAsync();
        var exposed = TypesIn(text).Where(metric => metric.Name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(metric => Describe(metric.Name, metric.Type, LabelsIn(text, metric.Name).Select(label => label.Name)));

        var documented = OwnTables.SelectMany(TelemetryReference.RowsOf).Select(row =>
            Describe(row[0].Trim('`'), row[1], row[2].Replace("`", "", StringComparison.Ordinal).Split(", ")));

        Assert.Equal(
            exposed.Union(Optional, StringComparer.Ordinal).Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_tables_of_label_values_have_each_value_of_each_counter_and_no_other()
    {
        var text = await ScrapeAsync();
        var labels =
            from metric in TypesIn(text)
            where metric is { Type: "counter" } && metric.Name.StartsWith(Prefix, StringComparison.Ordinal)
            from label in LabelsIn(text, metric.Name)
            where !NamesOfOperator.Contains(label.Name)
            group label.Value by $"{metric.Name[Prefix.Length..]}: {label.Name}";

        Assert.All(labels, label => Assert.Equal(label.Distinct(), TelemetryReference.NamesIn(label.Key)));
        Assert.Equal(
            labels.Select(label => label.Key).Order(StringComparer.Ordinal),
            TelemetryReference.HeadingsWith("_total: ").Order(StringComparer.Ordinal));
    }

    /// <summary>
    /// .NET exposes some of its metrics only after an event, such as the first garbage collection or the end of a connection.
    /// </summary>
    [Fact]
    public async Task The_table_of_the_platform_has_each_other_metric_with_its_type()
    {
        var exposed = TypesIn(await ScrapeAsync()).Where(metric => !metric.Name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(metric => $"{metric.Name} {metric.Type}").ToList();
        var documented = TelemetryReference.RowsOf("Platform").Select(row => $"{row[0].Trim('`')} {row[1]}").ToList();

        Assert.Empty(exposed.Except(documented, StringComparer.Ordinal));
        Assert.All(
            documented.Except(exposed, StringComparer.Ordinal), metric => Assert.Matches("^dotnet_|_connection_duration_", metric));
    }

    [Fact]
    public void The_table_of_events_has_each_message_of_the_log_with_its_id_and_its_level()
    {
        const BindingFlags all = BindingFlags.Static | BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic;
        var messages = typeof(Program).Assembly.GetTypes().SelectMany(type => type.GetMethods(all))
            .Select(method => method.GetCustomAttribute<LoggerMessageAttribute>()).OfType<LoggerMessageAttribute>()
            .OrderBy(message => message.EventId).ToList();
        var rows = TelemetryReference.RowsOf("Events");

        Assert.Equal(messages.Select(message => $"{message.EventId} {message.Level}"), rows.Select(row => $"{row[0]} {row[1]}"));
        Assert.All(messages.Zip(rows), pair => Assert.StartsWith(pair.Second[2], pair.First.Message, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_table_of_the_status_has_each_field_and_no_other()
    {
        await using var sidecar = await TestSidecar.StartAsync();
        await sidecar.Caller.GetAsync("/open/v1/a");
        using var status = JsonDocument.Parse(await sidecar.Admin.GetStringAsync("/status"));

        Assert.Equal(FieldsOf(status.RootElement, ""), TelemetryReference.NamesIn("Status"));
    }

    private static string Describe(string name, string type, IEnumerable<string> labels) =>
        $"{name} {type} {string.Join(", ", labels.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))}";

    /// <summary>The names of the counts of responses are label values of metrics, and not listed again.</summary>
    private static IEnumerable<string> FieldsOf(JsonElement element, string prefix) => element.ValueKind switch
    {
        JsonValueKind.Object when !element.TryGetProperty("upstream_2xx", out _) => element.EnumerateObject().SelectMany(
            member => FieldsOf(member.Value, $"{prefix}{member.Name}.").Prepend(prefix + member.Name)),
        JsonValueKind.Array => FieldsOf(element[0], prefix),
        _ => [],
    };

    private static async Task<string> ScrapeAsync()
    {
        using var folder = new TemporaryFolder();
        const string token = "token-of-some-caller";
        await using var sidecar = await TestSidecar.StartAsync(
            [("Callers:app:TokenFiles", folder.Write("token", token)), ("Callers:app:Operations", "read")]);
        sidecar.Caller.DefaultRequestHeaders.Add("Clik2pay-Sidecar-Token", token);
        sidecar.Upstream.Respond = context =>
        {
            context.Response.Headers.Connection = "close";
            return Task.CompletedTask;
        };
        await sidecar.Caller.GetAsync("/open/v1/a");
        return await ReadAsync(sidecar);
    }
}
