using System.Net;
using Clik2pay.Simulator.Options;

namespace Clik2pay.Sidecar.Tests.Simulator;

public sealed class AssumptionTests : SimulatorTest
{
    private protected override SimulatorOptions Options => new()
    {
        Url = "http://127.0.0.1:0",
        Assumptions = [Assumption.List, Assumption.Delete, Assumption.ErrorBodies, Assumption.StringAmounts],
    };

    [Fact]
    public async Task Payment_requests_can_be_listed_and_filtered()
    {
        var token = await GetTokenAsync();
        await CreatePaymentRequestAsync(token);
        var body = PaymentRequest.Replace("{\"amount", "{\"merchantTransactionId\":\"order-1234\",\"amount", StringComparison.Ordinal);
        var second = await SendAsync(token, HttpMethod.Post, "/open/v1/payment-requests", body, HttpStatusCode.Created);
        await ControlAsync(second, "pay", HttpStatusCode.OK);

        Assert.Equal(2, await CountAsync(""));
        Assert.Equal(1, await CountAsync("?merchantTransactionId=order-1234"));
        Assert.Equal(1, await CountAsync("?status=paid"));
        Assert.Equal(0, await CountAsync("?merchantTransactionId=other"));

        async Task<int> CountAsync(string query)
        {
            var list = await SendAsync(token, HttpMethod.Get, "/open/v1/payment-requests" + query, null, HttpStatusCode.OK);
            return list.GetProperty("paymentRequests").GetArrayLength();
        }
    }

    [Fact]
    public async Task DELETE_cancels_a_payment_request_once()
    {
        var token = await GetTokenAsync();
        var path = PathOf(await CreatePaymentRequestAsync(token));

        var cancelled = await SendAsync(token, HttpMethod.Delete, path, null, HttpStatusCode.OK);

        Assert.Equal("CANCELLED", cancelled.GetProperty("status").GetString());
        await SendAsync(token, HttpMethod.Delete, path, null, HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData("\"12.50\"", HttpStatusCode.Created)]
    [InlineData("\"12.505\"", HttpStatusCode.BadRequest)]
    [InlineData("\"twelve\"", HttpStatusCode.BadRequest)]
    [InlineData("\"\"", HttpStatusCode.BadRequest)]
    public async Task An_amount_can_be_a_string(string amount, HttpStatusCode expected)
    {
        var body = PaymentRequest.Replace("12.5", amount, StringComparison.Ordinal);

        await SendAsync(await GetTokenAsync(), HttpMethod.Post, "/open/v1/payment-requests", body, expected);
    }

    [Theory]
    [InlineData("/open/v1/payment-requests/none", true, "sandbox-api-key", 404, "NotFoundException")]
    [InlineData("/open/v1/payment-requests/none", false, "sandbox-api-key", 401, "UnauthorizedException")]
    [InlineData("/open/v1/payment-requests/none", true, null, 403, "ForbiddenException")]
    public async Task Errors_have_the_headers_and_the_body_of_API_Gateway(
        string path, bool withToken, string? apiKey, int status, string type)
    {
        using var request = CreateRequest(HttpMethod.Get, path, withToken ? await GetTokenAsync() : "none", apiKey);

        var response = await Http.SendAsync(request);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.Equal([type], response.Headers.GetValues("x-amzn-ErrorType"));
        Assert.StartsWith("{\"message\":\"", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
