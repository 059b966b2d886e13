using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Clik2pay.Sidecar.Tests.Simulator;

public sealed class PaymentsApiTests : SimulatorTest
{
    private const string Payment = """{"amount":12.5,"type":"ECOMM","payer":{"name":"A. Payer","email":"a@example.com"}}""";

    [Fact]
    public async Task A_payment_request_can_be_created_paid_and_refunded_in_two_parts()
    {
        var token = await GetTokenAsync();
        var created = await SendAsync(token, HttpMethod.Post, "/open/v1/payment-requests", Payment, HttpStatusCode.Created);
        var path = $"/open/v1/payment-requests/{created.GetProperty("id").GetString()}";
        Assert.Equal("CREATED", created.GetProperty("status").GetString());
        Assert.Equal(12.5m, created.GetProperty("amount").GetDecimal());

        Assert.Equal("CREATED", (await SendAsync(token, HttpMethod.Get, path, null, HttpStatusCode.OK)).GetProperty("status").GetString());
        await SendAsync(token, HttpMethod.Post, path + "/refunds", "{}", HttpStatusCode.BadRequest);
        await Http.PostAsync(path.Replace("/open/v1", "/_simulator", StringComparison.Ordinal) + "/pay", null);

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
    public async Task A_payment_request_can_be_cancelled_only_once(string method, string suffix)
    {
        var token = await GetTokenAsync();
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
    public async Task Invalid_input_gets_400_and_creates_no_payment_request(string body)
    {
        var token = await GetTokenAsync();

        var response = await SendAsync(token, HttpMethod.Post, "/open/v1/payment-requests", body, HttpStatusCode.BadRequest);

        Assert.NotEmpty(response.GetProperty("message").GetString()!);
        Assert.Equal(0, (await GetCountersAsync()).GetProperty("paymentRequestsCreated").GetInt32());
    }

    [Fact]
    public async Task A_merchantTransactionId_can_be_used_only_once()
    {
        var token = await GetTokenAsync();
        var body = Payment.Replace("{\"amount", "{\"merchantTransactionId\":\"order-1234\",\"amount", StringComparison.Ordinal);

        await SendAsync(token, HttpMethod.Post, "/open/v1/payment-requests", body, HttpStatusCode.Created);
        await SendAsync(token, HttpMethod.Post, "/open/v1/payment-requests", body, HttpStatusCode.BadRequest);

        Assert.Equal(1, (await GetCountersAsync()).GetProperty("paymentRequestsCreated").GetInt32());
    }

    [Fact]
    public async Task A_payment_gets_an_id()
    {
        var token = await GetTokenAsync();

        var response = await SendAsync(token, HttpMethod.Post, "/open/v1/payments", """{"amount":3}""", HttpStatusCode.Created);

        Assert.NotEmpty(response.GetProperty("id").GetString()!);
    }

    [Theory]
    [InlineData("GET", "/open/v1/payment-requests/unknown", true, "sandbox-api-key", 404, "NotFoundException")]
    [InlineData("GET", "/open/v1/unknown", true, "sandbox-api-key", 403, "MissingAuthenticationTokenException")]
    [InlineData("GET", "/open/v1/payment-requests", false, "sandbox-api-key", 401, "UnauthorizedException")]
    [InlineData("GET", "/open/v1/payment-requests", true, "production-api-key", 403, "ForbiddenException")]
    [InlineData("GET", "/open/v1/payment-requests", true, null, 403, "ForbiddenException")]
    public async Task Errors_have_the_status_headers_and_body_of_api_gateway(
        string method, string path, bool withToken, string? apiKey, int status, string type)
    {
        using var request = CreateRequest(new(method), path, withToken ? await GetTokenAsync() : "none", apiKey);

        var response = await Http.SendAsync(request);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal([type], response.Headers.GetValues("x-amzn-ErrorType"));
        Assert.NotEmpty(response.Headers.GetValues("x-amzn-RequestId").Single());
        Assert.NotEmpty(response.Headers.GetValues("x-amz-apigw-id").Single());
        Assert.NotEmpty((await response.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("message").GetString()!);
    }

    [Theory]
    [InlineData("ServerError", 500)]
    [InlineData("Throttled", 429)]
    [InlineData("Unauthorized", 401)]
    public async Task The_payments_api_simulates_a_fault(string fault, int status)
    {
        var token = await GetTokenAsync();
        await SetFaultsAsync($$"""{"api":"{{fault}}"}""");

        Assert.Equal(status, (int)await ListAsync(token));
    }
}
