using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Clik2pay.Simulator;
using Clik2pay.Simulator.Cli;
using Clik2pay.Simulator.Control;
using Clik2pay.Simulator.Counting;
using Clik2pay.Simulator.Description;
using Clik2pay.Simulator.Faults;
using Clik2pay.Simulator.Options;
using Clik2pay.Simulator.Rules;
using Clik2pay.Simulator.Transactions;
using Clik2pay.Simulator.Webhooks;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Time.Testing;

namespace Clik2pay.Sidecar.Tests.Simulator;

/// <summary>The tables in the reference of the simulator match the code.</summary>
public sealed partial class SimulatorReferenceTests
{
    private static readonly string[] EndpointTables = ["Endpoints", "Payer's page", "Calls"];

    /// <summary>An action of the control API, or the merchant's cancellation.</summary>
    private static readonly (string Name, TransactionAction Action)[] Actions =
    [
        ("follow-link", TransactionAction.FollowLink), ("pay", TransactionAction.Pay), ("fail", TransactionAction.Fail),
        ("settle", TransactionAction.Settle), ("cancellation", TransactionAction.Cancel),
    ];

    [Theory]
    [InlineData("Payment request")]
    [InlineData("Flexible payment request")]
    [InlineData("Refund")]
    [InlineData("Payment")]
    public void The_table_of_a_body_has_each_field_with_its_rules_and_their_certainty(string heading)
    {
        var rules = heading switch
        {
            "Payment request" => RequestBodies.PaymentRequest,
            "Flexible payment request" => RequestBodies.FlexiblePaymentRequest,
            "Refund" => RequestBodies.Refund,
            _ => RequestBodies.Payment,
        };
        var rows = rules.Fields.SelectMany(field => RowsOf(field, "")).ToList();
        if (rules == RequestBodies.FlexiblePaymentRequest)
            rows = [.. rows.Except(RequestBodies.PaymentRequest.Fields.SelectMany(field => RowsOf(field, "")), StringComparer.Ordinal)];

        SimulatorReference.AssertRows(heading, 5, rows);
        var page = Assert.Single(rules.Fields.Select(field => field.Source).Distinct());
        Assert.Contains(page.Text, string.Concat(SimulatorReference.SectionOf(heading)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_table_of_certainties_has_each_certainty() =>
        AssertNames("Certainty", Enum.GetNames<Certainty>().Select(name => name.ToLowerInvariant()));

    [Fact]
    public void The_table_of_options_has_each_option_with_its_default() => SimulatorReference.AssertRows(
        "Options",
        2,
        Options().Select(option => $"`{option.Name}` | {(option.HasDefaultValue ? $"`{option.GetDefaultValue()}`" : "none")}"));

    [Fact]
    public void The_table_of_assumptions_has_each_value_of_the_option() =>
        AssertNames("Values of --assume", Options().Single(option => option.Name == "--assume").HelpName!.Split('|'));

    [Fact]
    public void The_tables_of_endpoints_have_each_endpoint_of_the_simulator()
    {
        var options = new SimulatorOptions { Assumptions = Enum.GetValues<Assumption>() };
        IEndpointRouteBuilder simulator = SimulatorApp.Create(options, new FakeTimeProvider());
        var endpoints = from endpoint in simulator.DataSources.SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
                        from method in endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? []
                        select $"{method} /{endpoint.RoutePattern.RawText!.TrimStart('/')}";
        var documented = EndpointTables.SelectMany(heading => SimulatorReference.RowsOf(heading, 1))
            .SelectMany(cell => Call().Matches(cell).Select(call => call.Groups["call"].Value));

        Assert.Equal(endpoints.Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_table_of_endpoints_has_the_certainties_of_the_OpenAPI_description() => Assert.All(
        OpenApiDescription.Create()["paths"]!.AsObject(),
        path => Assert.All(path.Value!.AsObject().Where(operation => operation.Value is JsonObject), operation =>
        {
            var call = $"{operation.Key.ToUpperInvariant()} {(path.Key == "/oauth2/token" ? "" : "/open/v1")}{path.Key}";
            Assert.Contains($"`{call}` | {operation.Value!["x-certainty"]}", SimulatorReference.RowsOf("Endpoints", 2));
        }));

    [Fact]
    public void The_table_of_transitions_has_each_transition_with_its_events() => SimulatorReference.AssertRows(
        "Statuses and transitions",
        5,
        from action in Actions
        from kind in Enum.GetValues<TransactionKind>()
        let transitions = Transition.Of(kind, action.Action)
        where transitions.Count > 0
        let allowed = string.Join(", ", transitions[0].From.Select(NameOf))
        let events = string.Join(", ", transitions.Select(Describe))
        group kind.DisplayName() by (action.Name, Change: $"{allowed} | {NameOf(transitions[^1].To)} | {events}") into row
        select $"{row.Key.Name} | {string.Join(", ", row)} | {row.Key.Change}");

    [Fact]
    public void The_table_of_deliveries_has_each_status() =>
        AssertNames("Deliveries", Enum.GetNames<DeliveryStatus>().Select(name => name.ToLowerInvariant()));

    [Fact]
    public void The_table_of_counters_has_each_counter() => AssertNames("Counters", new Counters().ToJson().Select(counter => counter.Key));

    [Fact]
    public void The_table_of_faults_has_each_field_with_its_values_and_its_default()
    {
        var defaults = JsonSerializer.SerializeToNode(new FaultSettings(), FaultsJson.Default.FaultSettings)!.AsObject();

        SimulatorReference.AssertRows("Fields", 3, defaults.Select(field => DescribeFault(field, invalid => invalid)));
    }

    [Fact]
    public void The_table_of_fault_rules_has_each_field_with_its_values_and_its_default()
    {
        var defaults = JsonSerializer.SerializeToNode(new FaultRule(), FaultsJson.Default.FaultRule)!.AsObject();

        SimulatorReference.AssertRows("Rules", 3, defaults.Select(field => DescribeFault(field, invalid =>
        {
            invalid.TryAdd("path", "/open/v1/x");
            return new() { ["rules"] = new JsonArray(invalid) };
        })));
    }

    [Fact]
    public void The_tables_of_faults_have_each_fault()
    {
        AssertNames("Faults of the token endpoint", Enum.GetNames<TokenEndpointFault>());
        AssertNames("Faults of the API", Enum.GetNames<ApiFault>());
    }

    [Fact]
    public void Each_example_of_faults_is_valid()
    {
        var examples = Example().Matches(SimulatorReference.Text).Select(example => example.Groups["body"].Value).ToList();

        Assert.NotEmpty(examples);
        Assert.All(examples, body => Assert.Null(FaultsReader.Read(JsonNode.Parse(body)!.AsObject(), hasWebhook: true).Error));
    }

    private static void AssertNames(string heading, IEnumerable<string> names) =>
        SimulatorReference.AssertRows(heading, 1, names.Select(name => $"`{name}`"));

    private static IList<Option> Options()
    {
        var command = new Command("simulate");
        SimulateCommand.Configure(command, argument => argument, address => address, (_, _) => Task.FromResult(0));
        return command.Options;
    }

    /// <returns>A row for the field, and one for each of its members.</returns>
    private static IEnumerable<string> RowsOf(Field field, string prefix)
    {
        var certainty = field.Source.CertaintyName;
        var problems = field.Rules.Select(rule => (rule.Problem, rule.Source)).ToList();
        if (field.Type is JsonType.Null)
            problems.Add(("must be null", field.Source));
        if (field.Members is { Alternatives.Count: > 0 } members)
            problems.Add(($"must contain {string.Join(" or ", members.Alternatives)}", members.AlternativesSource));
        var rules = problems.Select(problem =>
            problem.Problem + (problem.Source.CertaintyName == certainty ? "" : $" ({problem.Source.CertaintyName})"));
        var row = string.Join(
            " | ",
            $"`{prefix}{field.Name}`",
            field.Type.ToString().ToLowerInvariant(),
            !field.IsRequired ? "no" : "yes" + (field.RequiredSource == field.Source ? "" : $" ({field.RequiredSource.CertaintyName})"),
            string.Join("; ", rules),
            certainty);
        return [row, .. field.Members?.Fields.SelectMany(member => RowsOf(member, $"{prefix}{field.Name}.")) ?? []];
    }

    private static string Describe(Transition transition) =>
        $"`{transition.EventType}` ({NameOf(transition.To)}){(transition.IsDocumented ? "" : " with `--assume events`")}";

    private static string NameOf(TransactionStatus status) => status.ToString().ToUpperInvariant();

    /// <param name="field">A field and its default.</param>
    /// <param name="toBody">Returns a body that contains an object with the field.</param>
    private static string DescribeFault(KeyValuePair<string, JsonNode?> field, Func<JsonObject, JsonObject> toBody)
    {
        var error = FaultsReader.Read(toBody(new() { [field.Key] = field.Key == "method" ? "?" : -1 }), hasWebhook: true).Error!;
        var values = field.Key switch
        {
            "path" => "a path pattern",
            "tokenEndpoint" or "api" => "a fault",
            "rules" => "an array of rules",
            _ => error[(error.IndexOf("must be ", StringComparison.Ordinal) + "must be ".Length)..].TrimEnd('.'),
        };
        var fallback = field is { Key: "path" } ? "required" : field is { Key: "rules" } ? "none" : field.Value?.ToString() ?? "none";
        return $"`{field.Key}` | {values} | {fallback}";
    }

    [GeneratedRegex("`(?<call>[A-Z]+ /[^`]*)`", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Call();

    [GeneratedRegex("/_simulator/faults -d '(?<body>[^']+)'", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex Example();
}
