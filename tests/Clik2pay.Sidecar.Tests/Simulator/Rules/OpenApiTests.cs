using System.Net;
using System.Net.Http.Json;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Json.Schema;

namespace Clik2pay.Sidecar.Tests.Simulator.Rules;

/// <summary>
/// Sends generated requests, and compares each response with the OpenAPI description that the simulator serves. A library evaluates the
/// description.
/// </summary>
public sealed class OpenApiTests : SimulatorTest
{
    private const string References = "#/components/schemas/";

    private static readonly EvaluationOptions Options2020 = new() { RequireFormatValidation = true };

    /// <summary>The number of requests to generate for each operation.</summary>
    private static readonly int Requests = Environment.GetEnvironmentVariable("TEST_LONG") == "1" ? 2500 : 500;

    public static TheoryData<string, string> Operations => new()
    {
        { "/payment-requests", "NewPaymentRequest" },
        { "/payment-requests", "NewFlexiblePaymentRequest" },
        { "/payment-requests/{id}/refunds", "NewRefund" },
        { "/payments", "NewPayment" },
    };

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task Valid_generated_requests_are_accepted_and_invalid_ones_refused(string path, string body)
    {
        var description = (await Http.GetFromJsonAsync<JsonObject>("/_simulator/openapi.json"))!;
        var requestSchema = Compile(description, description["paths"]![path]!["post"]!["requestBody"]!);
        var responseSchema = Compile(description, description["paths"]![path]!["post"]!["responses"]!["201"]!);
        var seed = RandomNumberGenerator.GetInt32(int.MaxValue);
        var generator = new BodyGenerator(description["components"]!["schemas"]!.AsObject(), new(seed));
        var token = await GetTokenAsync();
        var (valid, invalid) = (0, 0);
        for (var i = 0; i < Requests; i++)
        {
            var json = generator.Generate(body);
            var isValid = IsValid(requestSchema, json) && IsPayable(json);
            using var request = CreateRequest(HttpMethod.Post, "/open/v1" + await FillAsync(path, token), token);
            request.Content = new StringContent(json, Encoding.UTF8, "application/json");
            using var received = await Http.SendAsync(request);
            var text = await received.Content.ReadAsStringAsync();

            var expected = isValid ? HttpStatusCode.Created : HttpStatusCode.BadRequest;
            Assert.True(received.StatusCode == expected, $"Seed {seed}, request {i}: {received.StatusCode} for {json}: {text}");
            if (isValid)
                Assert.True(IsValid(responseSchema, text), $"Seed {seed}, request {i}: the response is not valid: {text}");
            valid += isValid ? 1 : 0;
            invalid += isValid ? 0 : 1;
        }

        // Both kinds of requests must occur often. Otherwise, the test would prove little.
        Assert.InRange(valid, Requests / 4, Requests);
        Assert.InRange(invalid, Requests / 4, Requests);
    }

    /// <summary>Finds the schema in a request body or a response, and compiles it with the schemas that it refers to.</summary>
    private static JsonSchema Compile(JsonObject description, JsonNode container)
    {
        var schema = container["content"]!["application/json"]!["schema"]!.DeepClone().AsObject();
        schema["$defs"] = description["components"]!["schemas"]!.DeepClone();
        RemoveExtensions(schema); // the library refuses keywords that it does not know
        return JsonSchema.FromText(schema.ToJsonString().Replace(References, "#/$defs/", StringComparison.Ordinal));
    }

    private static void RemoveExtensions(JsonNode? node)
    {
        if (node is JsonObject json)
        {
            var names = json.Select(property => property.Key).Where(name => name.StartsWith("x-", StringComparison.Ordinal));
            foreach (var name in names.ToList())
                json.Remove(name);
        }

        var children = (node as JsonObject)?.Select(property => property.Value) ?? node as JsonArray ?? Enumerable.Empty<JsonNode?>();
        foreach (var child in children)
            RemoveExtensions(child);
    }

    private static bool IsValid(JsonSchema schema, string json)
    {
        using var document = JsonDocument.Parse(json);
        return schema.Evaluate(document.RootElement, Options2020).IsValid;
    }

    /// <summary>Whether the range of a flexible payment request contains the requested amount. A schema cannot express this rule.</summary>
    private static bool IsPayable(string json)
    {
        var range = JsonNode.Parse(json)?["flexDetails"];
        var (min, max) = ((decimal?)range?["minimum"] ?? 0.01m, (decimal?)range?["maximum"] ?? 10_000);
        var requested = (decimal?)range?["requested"] ?? min;
        return min <= requested && requested <= max;
    }

    /// <summary>Replaces the id in a path with the id of a new payment request that is paid.</summary>
    private async Task<string> FillAsync(string path, string token)
    {
        if (!path.Contains("{id}", StringComparison.Ordinal))
            return path;

        // A refund must not exceed the amount of the payment request. A schema cannot express this rule.
        var body = """{"amount":10000,"type":"ECOMM","payer":{"name":"A. Payer","email":"a@example.com"}}""";
        var paid = await SendAsync(token, HttpMethod.Post, "/open/v1/payment-requests", body, HttpStatusCode.Created);
        await ControlAsync(paid, "pay", HttpStatusCode.OK);
        return path.Replace("{id}", paid.GetProperty("id").GetString(), StringComparison.Ordinal);
    }
}
