using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Clik2pay.Sidecar.Tests.Simulator;

public sealed class FaultRuleTests : SimulatorTest
{
    [Fact]
    public async Task A_rule_with_first_applies_only_to_the_first_calls()
    {
        await SetFaultsAsync("""{"rules":[{"path":"/open/v1/payment-requests","api":"ServerError","first":2}]}""");

        Assert.Equal([500, 500, 201, 201], await CallManyAsync(4));
    }

    [Fact]
    public async Task A_rule_with_percent_applies_to_that_share_of_the_calls()
    {
        await SetFaultsAsync("""{"rules":[{"path":"/open/v1/payment-requests","api":"Throttled","percent":30}]}""");

        var statuses = await CallManyAsync(100);

        Assert.Equal(30, statuses.Count(status => status == 429));
        Assert.Equal(70, statuses.Count(status => status == 201));
    }

    [Fact]
    public async Task A_rule_with_percent_and_first_applies_to_a_share_of_the_first_calls()
    {
        await SetFaultsAsync("""{"rules":[{"path":"/open/v1/payment-requests","api":"Throttled","percent":50,"first":4}]}""");

        Assert.Equal(2, (await CallManyAsync(20)).Count(status => status == 429));
    }

    [Theory]
    [InlineData("/open/v1/payment-requests/{id}", null, 500, 201)]
    [InlineData("/open/v1/payment-requests", null, 404, 500)]
    [InlineData("/open/v1/{**rest}", null, 500, 500)]
    [InlineData("/open/v1/{**rest}", "POST", 404, 500)]
    [InlineData("/open/v1/{**rest}", "get", 500, 201)]
    [InlineData("/open/v1/payments", null, 404, 201)]
    public async Task A_rule_applies_only_to_calls_with_its_path_and_method(string path, string? method, int getStatus, int postStatus)
    {
        var rule = new { path, api = "ServerError", method };
        await SetFaultsAsync(JsonSerializer.Serialize(new { rules = new[] { rule } }));
        var token = await GetTokenAsync();

        using var read = CreateRequest(HttpMethod.Get, "/open/v1/payment-requests/none", token);
        Assert.Equal(getStatus, (int)(await Http.SendAsync(read)).StatusCode);
        Assert.Equal(postStatus, (int)await CallAsync(token));
    }

    [Fact]
    public async Task The_first_matching_rule_replaces_the_global_fault()
    {
        await SetFaultsAsync("""
            {
              "api": "Throttled",
              "rules": [
                { "path": "/open/v1/payment-requests", "api": "ServerError", "first": 1 },
                { "path": "/open/v1/payment-requests", "first": 2 }
              ]
            }
            """);

        // The first call has the fault of the first rule. The next two calls match the second rule, which has no fault.
        Assert.Equal([500, 201, 201, 429], await CallManyAsync(4));
    }

    [Fact]
    public async Task A_rule_for_the_token_endpoint_does_not_affect_the_api()
    {
        var token = await GetTokenAsync();
        await SetFaultsAsync("""{"rules":[{"path":"/oauth2/token","tokenEndpoint":"Throttled","first":1}]}""");

        Assert.Equal(HttpStatusCode.TooManyRequests, (await PostTokenAsync()).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await PostTokenAsync()).StatusCode);
        Assert.Equal(HttpStatusCode.Created, await CallAsync(token));
    }

    [Fact]
    public async Task Setting_the_faults_again_starts_all_counts_from_0()
    {
        const string faults = """{"rules":[{"path":"/open/v1/payment-requests","api":"ServerError","first":1}]}""";
        await SetFaultsAsync(faults);
        Assert.Equal([500, 201], await CallManyAsync(2));

        await SetFaultsAsync(await Http.GetStringAsync("/_simulator/faults"));

        Assert.Equal([500, 201], await CallManyAsync(2));
    }

    [Theory]
    [InlineData("""{"rules":{}}""", "rules: must be an array")]
    [InlineData("""{"rules":null}""", "rules: must be an array")]
    [InlineData("""{"rules":[1]}""", "rules[0]: must be an object")]
    [InlineData("""{"rules":[{"api":"Down"}]}""", "rules[0].path: is required")]
    [InlineData("""{"rules":[{"path":null}]}""", "rules[0].path: is required and must not be null")]
    [InlineData("""{"rules":[{"path":"open/v1"}]}""", "rules[0].path: must be /oauth2/token, or a path pattern")]
    [InlineData("""{"rules":[{"path":"/open/v1/{id"}]}""", "rules[0].path: must be /oauth2/token, or a path pattern")]
    [InlineData("""{"rules":[{"path":"/open/v1/a"},{"path":"/open/v1/a?b=c"}]}""", "rules[1].path: must be /oauth2/token")]
    [InlineData("""{"rules":[{"path":"/open/v1/a","api":"Broken"}]}""", "rules[0].api: must be one of None, Down")]
    [InlineData("""{"rules":[{"path":"/open/v1/a","first":0}]}""", "rules[0].first: must be a whole number from 1 to 2147483647")]
    [InlineData("""{"rules":[{"path":"/open/v1/a","first":1.5}]}""", "rules[0].first: must be a whole number")]
    [InlineData("""{"rules":[{"path":"/open/v1/a","percent":101}]}""", "rules[0].percent: must be a whole number from 0 to 100")]
    [InlineData("""{"rules":[{"path":"/open/v1/a","percent":"20"}]}""", "rules[0].percent: must be a number")]
    [InlineData("""{"rules":[{"path":"/open/v1/a","method":"BREW"}]}""", "rules[0].method: must be one of GET")]
    [InlineData("""{"rules":[{"path":"/open/v1/a","delay":5}]}""", "rules[0].delay: unknown field. The fields are path, method")]
    [InlineData("""{"rules":[{"path":"/open/v1/a","tokenEndpoint":"Down"}]}""", "rules[0].tokenEndpoint: does not apply")]
    [InlineData("""{"rules":[{"path":"/oauth2/token","apiDelayMs":5}]}""", "rules[0].apiDelayMs: does not apply")]
    [InlineData("""{"apiDelayMs":null}""", "apiDelayMs: must not be null")]
    [InlineData("""{"apiDelayMs":99999999999}""", "apiDelayMs: must be a whole number from 0 to 2147483647")]
    [InlineData("""{"webhookLosePercent":-1}""", "webhookLosePercent: must be a whole number from 0 to 100")]
    [InlineData("""{"api":"Down","api":"Down"}""", "The body is not a valid JSON object")]
    [InlineData("""{"rules":[{"path":"/payment-requests"}]}""", "rules[0].path: must be /oauth2/token, or a path pattern")]
    [InlineData("""{"rules":[{"path":"/_simulator/counters"}]}""", "rules[0].path: must be")]
    [InlineData("""{"rules":[{"path":"/OAUTH2/token"}]}""", "rules[0].path: must be")]
    [InlineData("""{"rules":[{"path":"/{**rest}"}]}""", "rules[0].path: must be")]
    [InlineData("""{"rules":[{"path":"/open/v1/{id:int}"}]}""", "rules[0].path: must be")]
    [InlineData("""{"rules":[{"path":"/open/v1/{id=1}"}]}""", "rules[0].path: must be")]
    [InlineData("""{"webhookDelayMs":5}""", "webhookDelayMs: the simulator sends no webhooks. Start it with --webhook")]
    public async Task An_error_in_faults_names_the_field_and_what_is_valid(string body, string message)
    {
        var response = await Http.PutAsync("/_simulator/faults", new StringContent(body));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        var error = (await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("message").GetString();
        Assert.StartsWith(message, error, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Created, await CallAsync(await GetTokenAsync()));
    }

    private async Task<List<int>> CallManyAsync(int count)
    {
        var token = await GetTokenAsync();
        var statuses = new List<int>();
        for (var i = 0; i < count; i++)
            statuses.Add((int)await CallAsync(token));
        return statuses;
    }
}
