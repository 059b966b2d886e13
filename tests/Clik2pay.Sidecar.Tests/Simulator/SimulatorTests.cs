using System.Net;
using System.Net.Http.Json;
using System.Text;
using System.Text.Json;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Simulator;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Time.Testing;

namespace Clik2pay.Sidecar.Tests.Simulator;

public sealed class SimulatorTests : IAsyncLifetime
{
    private const string Payment = """{"amount":12.5,"type":"ECOMM","payer":{"name":"A. Payer","email":"a@example.com"}}""";

    private readonly FakeTimeProvider time = new(DateTimeOffset.UnixEpoch.AddYears(60));
    private WebApplication app = null!;
    private HttpClient http = null!;

    public async ValueTask InitializeAsync()
    {
        app = SimulatorApp.Create(new() { Url = "http://127.0.0.1:0" }, time);
        await app.StartAsync();
        http = new(new SocketsHttpHandler { AllowAutoRedirect = false }) { BaseAddress = new(app.Urls.First()) };
    }

    public async ValueTask DisposeAsync()
    {
        http.Dispose();
        await app.DisposeAsync();
    }

    [Fact]
    public async Task A_token_is_a_jwt_of_about_a_kilobyte_that_lives_an_hour()
    {
        var answer = await TokenAsync();
        var token = answer.GetProperty("access_token").GetString()!;

        Assert.StartsWith("eyJraWQ", token, StringComparison.Ordinal);
        Assert.InRange(token.Length, 800, 1200);
        Assert.Equal(3600, answer.GetProperty("expires_in").GetInt32());
        Assert.Equal("Bearer", answer.GetProperty("token_type").GetString());

        Assert.Equal(HttpStatusCode.OK, await ListAsync(token));
        time.Advance(TimeSpan.FromSeconds(3599));
        Assert.Equal(HttpStatusCode.OK, await ListAsync(token));
        time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(HttpStatusCode.Unauthorized, await ListAsync(token));
    }

    [Theory]
    [InlineData("other:sandbox-password", "grant_type=client_credentials", "invalid_client")]
    [InlineData("sandbox-username:other", "grant_type=client_credentials", "invalid_client")]
    [InlineData("production-username:production-password", "grant_type=client_credentials", "invalid_client")]
    [InlineData("sandbox-username:sandbox-password", "grant_type=password", "unsupported_grant_type")]
    [InlineData("sandbox-username:sandbox-password", "", "invalid_request")]
    [InlineData("sandbox-username:sandbox-password", "grant_type=client_credentials&scope=other", "invalid_scope")]
    public async Task Refusals_are_those_of_the_auth_api(string credentials, string form, string error)
    {
        var answer = await PostTokenAsync(credentials, form);

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Equal(error, (await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("error").GetString());
    }

    [Fact]
    public async Task A_sandbox_token_means_nothing_in_production()
    {
        await using var production = SimulatorApp.Create(new() { Url = "http://127.0.0.1:0", Environment = SimulatedEnvironment.Production }, time);
        await production.StartAsync();
        var token = (await TokenAsync()).GetProperty("access_token").GetString()!;

        Assert.Equal(HttpStatusCode.OK, await ListAsync(token));
        using var request = Request(HttpMethod.Get, "/open/v1/payment-requests", token, "production-api-key");
        request.RequestUri = new(new(production.Urls.First()), "/open/v1/payment-requests");
        Assert.Equal(HttpStatusCode.Unauthorized, (await http.SendAsync(request)).StatusCode);
    }

    [Fact]
    public async Task A_payment_request_goes_its_way_from_created_to_refunded()
    {
        var token = await TokenTextAsync();
        var created = await SendAsync(token, HttpMethod.Post, "/open/v1/payment-requests", Payment, HttpStatusCode.Created);
        var path = $"/open/v1/payment-requests/{created.GetProperty("id").GetString()}";
        Assert.Equal("CREATED", created.GetProperty("status").GetString());
        Assert.Equal(12.5m, created.GetProperty("amount").GetDecimal());

        Assert.Equal("CREATED", (await SendAsync(token, HttpMethod.Get, path, null, HttpStatusCode.OK)).GetProperty("status").GetString());
        await SendAsync(token, HttpMethod.Post, path + "/refunds", "{}", HttpStatusCode.BadRequest);
        await http.PostAsync(path.Replace("/open/v1", "/_simulator", StringComparison.Ordinal) + "/pay", null);

        var part = await SendAsync(token, HttpMethod.Post, path + "/refunds", """{"amount":2.5}""", HttpStatusCode.Created);
        Assert.Equal("PAID", part.GetProperty("status").GetString());
        await SendAsync(token, HttpMethod.Post, path + "/refunds", """{"amount":10.01}""", HttpStatusCode.BadRequest);
        await SendAsync(token, HttpMethod.Post, path + "/refunds", "{ broken", HttpStatusCode.BadRequest);
        var rest = await SendAsync(token, HttpMethod.Post, path + "/refunds", "", HttpStatusCode.Created);
        Assert.Equal("REFUNDED", rest.GetProperty("status").GetString());

        await SendAsync(token, HttpMethod.Delete, path, null, HttpStatusCode.BadRequest);
        var list = await SendAsync(token, HttpMethod.Get, "/open/v1/payment-requests?status=refunded", null, HttpStatusCode.OK);
        Assert.Equal(1, list.GetProperty("paymentRequests").GetArrayLength());
    }

    [Theory]
    [InlineData("DELETE", "")]
    [InlineData("POST", "/cancel")]
    public async Task A_payment_request_can_be_cancelled_once(string method, string suffix)
    {
        var token = await TokenTextAsync();
        var created = await SendAsync(token, HttpMethod.Post, "/open/v1/payment-requests", Payment, HttpStatusCode.Created);
        var path = $"/open/v1/payment-requests/{created.GetProperty("id").GetString()}{suffix}";

        Assert.Equal("CANCELLED", (await SendAsync(token, new(method), path, null, HttpStatusCode.OK)).GetProperty("status").GetString());
        await SendAsync(token, new(method), path, null, HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("""nonsense""")]
    [InlineData("""[]""")]
    [InlineData("""{"amount":1,"amount":1,"type":"ECOMM","payer":{"name":"A","email":"a@b"}}""")]
    [InlineData("""{"amount":1,"type":"\ud800","payer":{"name":"A","email":"a@b"}}""")]
    [InlineData("""{}""")]
    [InlineData("""{"amount":-1,"type":"ECOMM","payer":{"name":"A","email":"a@b"}}""")]
    [InlineData("""{"amount":1.001,"type":"ECOMM","payer":{"name":"A","email":"a@b"}}""")]
    [InlineData("""{"amount":"1","type":"ECOMM","payer":{"name":"A","email":"a@b"}}""")]
    [InlineData("""{"amount":1,"type":"SMART","payer":{"name":"A","email":"a@b"}}""")]
    [InlineData("""{"amount":1,"type":"FLEX","payer":{"name":"A","email":"a@b"}}""")]
    [InlineData("""{"amount":1,"type":"ECOMM"}""")]
    [InlineData("""{"amount":1,"type":"ECOMM","payer":{"name":"A"}}""")]
    [InlineData("""{"amount":1,"type":"ECOMM","payer":{"name":"A","email":"a@b"},"merchantTransactionId":"short"}""")]
    public async Task Bad_input_is_400_and_creates_nothing(string body)
    {
        var answer = await SendAsync(await TokenTextAsync(), HttpMethod.Post, "/open/v1/payment-requests", body, HttpStatusCode.BadRequest);

        Assert.NotEmpty(answer.GetProperty("message").GetString()!);
        Assert.Equal(0, (await CountersAsync()).GetProperty("paymentRequestsCreated").GetInt32());
    }

    [Fact]
    public async Task A_merchantTransactionId_is_taken_once()
    {
        var token = await TokenTextAsync();
        var body = Payment.Replace("{\"amount", "{\"merchantTransactionId\":\"order-1234\",\"amount", StringComparison.Ordinal);

        await SendAsync(token, HttpMethod.Post, "/open/v1/payment-requests", body, HttpStatusCode.Created);
        await SendAsync(token, HttpMethod.Post, "/open/v1/payment-requests", body, HttpStatusCode.BadRequest);

        Assert.Equal(1, (await CountersAsync()).GetProperty("paymentRequestsCreated").GetInt32());
    }

    [Fact]
    public async Task Money_can_be_sent()
    {
        var answer = await SendAsync(await TokenTextAsync(), HttpMethod.Post, "/open/v1/payments", """{"amount":3}""", HttpStatusCode.Created);

        Assert.NotEmpty(answer.GetProperty("id").GetString()!);
    }

    [Theory]
    [InlineData("GET", "/open/v1/payment-requests/unknown", true, "sandbox-api-key", 404, "NotFoundException")]
    [InlineData("GET", "/open/v1/unknown", true, "sandbox-api-key", 403, "MissingAuthenticationTokenException")]
    [InlineData("GET", "/open/v1/payment-requests", false, "sandbox-api-key", 401, "UnauthorizedException")]
    [InlineData("GET", "/open/v1/payment-requests", true, "production-api-key", 403, "ForbiddenException")]
    [InlineData("GET", "/open/v1/payment-requests", true, null, 403, "ForbiddenException")]
    public async Task Errors_are_those_of_the_api_gateway(string method, string path, bool withToken, string? apiKey, int status, string type)
    {
        using var request = Request(new(method), path, withToken ? await TokenTextAsync() : "none", apiKey);

        var answer = await http.SendAsync(request);

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Equal([type], answer.Headers.GetValues("x-amzn-ErrorType"));
        Assert.NotEmpty(answer.Headers.GetValues("x-amzn-RequestId").Single());
        Assert.NotEmpty(answer.Headers.GetValues("x-amz-apigw-id").Single());
        Assert.NotEmpty((await answer.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("message").GetString()!);
    }

    [Theory]
    [InlineData("Unavailable", 503, "")]
    [InlineData("Throttled", 429, "TooManyRequestsException")]
    [InlineData("Refusing", 400, "invalid_client")]
    [InlineData("Redirecting", 302, "")]
    [InlineData("EmptyBody", 200, "")]
    [InlineData("Html", 200, "<!doctype html>")]
    [InlineData("HugeBody", 200, "xxxxxxxx")]
    [InlineData("NotBearer", 200, "\"MAC\"")]
    [InlineData("BrokenToken", 200, "x-injected")]
    [InlineData("ZeroLifetime", 200, "\"expires_in\":0")]
    public async Task The_token_endpoint_fails_on_demand(string fault, int status, string says)
    {
        await FaultAsync($$"""{"tokenEndpoint":"{{fault}}"}""");

        var answer = await PostTokenAsync();

        Assert.Equal(status, (int)answer.StatusCode);
        Assert.Contains(says, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);

        await http.DeleteAsync("/_simulator/faults");
        Assert.Equal(HttpStatusCode.OK, (await PostTokenAsync()).StatusCode);
    }

    [Fact]
    public async Task The_token_endpoint_can_be_down_or_forget_expires_in_or_shorten_it()
    {
        await FaultAsync("""{"tokenEndpoint":"Down"}""");
        await Assert.ThrowsAsync<HttpRequestException>(() => PostTokenAsync());

        await FaultAsync("""{"tokenEndpoint":"NoLifetime"}""");
        Assert.False((await TokenAsync()).TryGetProperty("expires_in", out _));

        await FaultAsync("""{"tokenLifetimeSeconds":5}""");
        Assert.Equal(5, (await TokenAsync()).GetProperty("expires_in").GetInt32());
    }

    [Fact]
    public async Task Both_apis_can_be_slow()
    {
        // A token that outlives however much time has to go by.
        await FaultAsync("""{"tokenLifetimeSeconds":2592000}""");
        var token = await TokenTextAsync();
        await FaultAsync("""{"tokenEndpointDelayMs":1000,"apiDelayMs":1000}""");

        var before = time.GetUtcNow();
        var slowToken = PostTokenAsync();
        var slowCall = ListAsync(token);
        while (!slowToken.IsCompleted || !slowCall.IsCompleted)
        {
            Assert.False((slowToken.IsCompleted || slowCall.IsCompleted) && time.GetUtcNow() - before < TimeSpan.FromSeconds(1), "it was answered without the delay");
            time.Advance(TimeSpan.FromMilliseconds(500));
            await Task.Delay(TimeSpan.FromMilliseconds(1), SystemDefaults.Time);
        }

        Assert.Equal(HttpStatusCode.OK, (await slowToken).StatusCode);
        Assert.Equal(HttpStatusCode.OK, await slowCall);
    }

    [Theory]
    [InlineData("ServerError", 500)]
    [InlineData("Throttled", 429)]
    [InlineData("Unauthorized", 401)]
    public async Task The_payments_api_fails_on_demand(string fault, int status)
    {
        var token = await TokenTextAsync();
        await FaultAsync($$"""{"api":"{{fault}}"}""");

        Assert.Equal(status, (int)await ListAsync(token));
    }

    [Fact]
    public async Task Tokens_can_be_revoked()
    {
        var token = await TokenTextAsync();

        await http.PostAsync("/_simulator/revoke-tokens", null);

        Assert.Equal(HttpStatusCode.Unauthorized, await ListAsync(token));
    }

    [Theory]
    [InlineData("""{"tokenEndpoint":"Dwn"}""")]
    [InlineData("""{"tokenEndpont":"Down"}""")]
    [InlineData("""{"apiDelayMs":-1}""")]
    [InlineData("""{"tokenEndpoint":99}""")]
    [InlineData("""{"api":-3}""")]
    [InlineData("nonsense")]
    [InlineData("null")]
    public async Task A_fault_that_is_misspelt_is_refused_and_changes_nothing(string body)
    {
        await FaultAsync("""{"apiDelayMs":1}""");

        var answer = await http.PutAsync("/_simulator/faults", new StringContent(body));

        Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
        Assert.Contains("\"apiDelayMs\":1,", (await http.GetStringAsync("/_simulator/faults")).Replace("}", ",}", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public async Task It_counts_what_it_was_asked()
    {
        var token = await TokenTextAsync();
        await PostTokenAsync("other:other");
        await ListAsync(token);
        await ListAsync("none");

        var counters = await CountersAsync();
        Assert.Equal(
            (2, 1, 1, 2, 1),
            (Count("tokenRequests"), Count("tokensIssued"), Count("tokenRequestsRefused"), Count("apiRequests"), Count("apiUnauthorized")));

        int Count(string name) => counters.GetProperty(name).GetInt32();
    }

    private static HttpRequestMessage Request(HttpMethod method, string path, string token, string? apiKey = "sandbox-api-key")
    {
        var request = new HttpRequestMessage(method, path) { Headers = { Authorization = new("Bearer", token) } };
        if (apiKey is not null)
            request.Headers.Add("x-api-key", apiKey);
        return request;
    }

    private async Task FaultAsync(string faults) => (await http.PutAsync("/_simulator/faults", new StringContent(faults))).EnsureSuccessStatusCode();

    private Task<JsonElement> CountersAsync() => http.GetFromJsonAsync<JsonElement>("/_simulator/counters");

    private async Task<HttpResponseMessage> PostTokenAsync(string credentials = "sandbox-username:sandbox-password", string form = "grant_type=client_credentials&scope=payment_request/all")
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/oauth2/token")
        {
            Headers = { Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials))) },
            Content = new StringContent(form, Encoding.UTF8, "application/x-www-form-urlencoded"),
        };
        return await http.SendAsync(request);
    }

    private async Task<JsonElement> TokenAsync() => await (await PostTokenAsync()).EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonElement>();

    private async Task<string> TokenTextAsync() => (await TokenAsync()).GetProperty("access_token").GetString()!;

    private async Task<HttpStatusCode> ListAsync(string token)
    {
        using var request = Request(HttpMethod.Get, "/open/v1/payment-requests", token);
        return (await http.SendAsync(request)).StatusCode;
    }

    private async Task<JsonElement> SendAsync(string token, HttpMethod method, string path, string? body, HttpStatusCode expected)
    {
        using var request = Request(method, path, token);
        if (body is not null)
            request.Content = new StringContent(body, Encoding.UTF8, "application/json");
        var answer = await http.SendAsync(request);
        Assert.Equal(expected, answer.StatusCode);
        return await answer.Content.ReadFromJsonAsync<JsonElement>();
    }
}
