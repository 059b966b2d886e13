using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Clik2pay.Sidecar.Tests.Simulator.Rules;

/// <summary>Sends one request for each row of <see cref="DocumentedRules"/> and <see cref="UndocumentedRules"/>.</summary>
public sealed class RuleTests : SimulatorTest
{
    private static readonly Dictionary<string, string> Bodies = new(StringComparer.Ordinal)
    {
        ["payment request"] = PaymentRequest,
        ["flexible payment request"] =
            """
            {"amount":null,"type":"FLEX","flexDetails":{"requested":20,"minimum":5,"maximum":50},"payer":{"name":"A","email":"a@b.c"}}
            """,
        ["payment"] = """{"amount":20000,"recipient":{"email":"a@example.com","mobileNumber":"4165550100"}}""",
        ["refund"] = """{"amount":2.5,"recipient":{"email":"a@example.com","mobileNumber":"4165550100"}}""",
    };

    private static readonly Dictionary<string, string> Schemas = new(StringComparer.Ordinal)
    {
        ["payment request"] = "NewPaymentRequest",
        ["flexible payment request"] = "NewFlexiblePaymentRequest",
        ["payment"] = "NewPayment",
        ["refund"] = "NewRefund",
    };

    public static TheoryData<string, string, string> Refused => Rows([.. DocumentedRules.Refused, .. UndocumentedRules.Refused]);

    public static TheoryData<string, string, string> Accepted => Rows([.. DocumentedRules.Accepted, .. UndocumentedRules.Accepted]);

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_body_that_violates_a_rule_gets_400_with_the_field_and_the_source_of_the_rule(
        string body, string change, string source)
    {
        var parts = change.Split("->");
        var field = parts.Length > 1 ? parts[1] : parts[0].Split('=')[0];

        var response = await SendAsync(body, parts[0], HttpStatusCode.BadRequest);

        var error = response.GetProperty("_simulator");
        Assert.Equal((source, field), (error.GetProperty("source").GetString(), error.GetProperty("field").GetString() ?? ""));
        var expected = source.StartsWith("https:", StringComparison.Ordinal) ? "documented"
            : source.StartsWith("Public", StringComparison.Ordinal) ? "seen" : "guessed";
        Assert.Equal(expected, error.GetProperty("certainty").GetString());
        await AssertCreatedAsync(0);
    }

    [Theory]
    [MemberData(nameof(Accepted))]
    public async Task A_body_at_the_limits_of_the_rules_gets_201(string body, string change, string source)
    {
        var response = await SendAsync(body, change, HttpStatusCode.Created);

        // The description names the same source for the field. Fields without a description are ignored, which is an assumption.
        var description = (await Http.GetFromJsonAsync<JsonObject>("/_simulator/openapi.json"))!["components"]!["schemas"]!;
        var schema = change.Split('=')[0].Split('.').Aggregate(description[Schemas[body]], (json, name) => json?["properties"]?[name]);
        Assert.Contains(source, schema is null ? "An assumption of the simulator" : schema.ToJsonString(), StringComparison.Ordinal);

        Assert.NotEmpty(response.GetProperty("id").GetString()!);
        await AssertCreatedAsync(1);
    }

    [Fact]
    public void At_least_100_rows_are_about_documented_rules() =>
        Assert.InRange(DocumentedRules.Refused.Concat(DocumentedRules.Accepted).Sum(row => row.Changes.Length), 100, int.MaxValue);

    [Theory]
    [InlineData("""nonsense""")]
    [InlineData("""[]""")]
    [InlineData("""null""")]
    [InlineData("""{"amount":1,"amount":1,"type":"ECOMM","payer":{"name":"A","email":"a@b"}}""")]
    [InlineData("""{"amount":1,"type":"\ud800","payer":{"name":"A","email":"a@b"}}""")]
    [InlineData("""{"amount":1,"type":"ECOMM","payer":{"name":"\ud800","email":"a@b"}}""")]
    [InlineData("""{"amount":1,"type":"ECOMM","payer":{"name":"A","email":"a@b","\ud800":1}}""")]
    [InlineData("""{"amount":1,"type":"ECOMM","payer":{"name":"A","email":"a@b","other":"\ud800"}}""")]
    [InlineData("""{"amount":1,"type":"ECOMM","payer":{"name":"A","email":"a@b"},"other":[["\udc00"]]}""")]
    public async Task A_body_that_is_not_valid_JSON_gets_400(string body)
    {
        await SendAsync(await GetTokenAsync(), HttpMethod.Post, "/open/v1/payment-requests", body, HttpStatusCode.BadRequest);
        await AssertCreatedAsync(0);
    }

    private static TheoryData<string, string, string> Rows(IEnumerable<(string Body, string Source, string[] Changes)> groups)
    {
        var rows = new TheoryData<string, string, string>();
        foreach (var (body, source, changes) in groups)
        {
            foreach (var change in changes)
                rows.Add(body, change, source);
        }

        return rows;
    }

    private async Task<JsonElement> SendAsync(string body, string change, HttpStatusCode expected)
    {
        var token = await GetTokenAsync();
        var path = body switch { "payment" => "/open/v1/payments", "refund" => "", _ => "/open/v1/payment-requests" };
        if (path.Length == 0)
        {
            var paid = await CreatePaymentRequestAsync(token);
            await ControlAsync(paid, "pay", HttpStatusCode.OK);
            path = PathOf(paid) + "/refunds";
        }

        using var request = CreateRequest(HttpMethod.Post, path, token);
        request.Content = new StringContent(Change(Bodies[body], change), Encoding.UTF8, "application/json");
        var response = await Http.SendAsync(request);
        Assert.Equal(expected, response.StatusCode);
        return await response.Content.ReadFromJsonAsync<JsonElement>();
    }

    private static string Change(string body, string change)
    {
        var (path, value) = (change.Split('=')[0].Split('.'), change[(change.IndexOf('=', StringComparison.Ordinal) + 1)..]);
        var root = JsonNode.Parse(body)!.AsObject();
        var parent = path[..^1].Aggregate(root, (json, name) => json[name]!.AsObject());
        parent.Remove(path[^1]);
        if (value.Length == 0)
            return root.ToJsonString();

        // Keeps the text of the value unchanged, for example 1e400.
        parent[path[^1]] = "placeholder";
        return root.ToJsonString().Replace("\"placeholder\"", value, StringComparison.Ordinal);
    }

    /// <summary>Does not count the paid payment requests that refunds need.</summary>
    private async Task AssertCreatedAsync(int expected)
    {
        var counters = await GetCountersAsync();
        var refunded = (await Http.GetFromJsonAsync<JsonElement>("/_simulator/payment-requests")).GetProperty("items").EnumerateArray()
            .Count(item => item.GetProperty("status").GetString() == "PAID");
        Assert.Equal(expected, Count("paymentRequestsCreated") + Count("paymentsCreated") + Count("refundsCreated") - refunded);

        int Count(string name) => counters.GetProperty(name).GetInt32();
    }
}
