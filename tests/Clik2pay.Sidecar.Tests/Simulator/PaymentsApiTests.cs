using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Clik2pay.Sidecar.Tests.Simulator;

public sealed class PaymentsApiTests : SimulatorTest
{
    private const string Refund = """{"amount":2.5,"recipient":{"email":"a@example.com","mobileNumber":"4165550100"}}""";

    [Fact]
    public async Task A_payment_request_can_be_created_read_paid_and_settled()
    {
        var token = await GetTokenAsync();
        var created = await CreatePaymentRequestAsync(token);
        Assert.Equal("CREATED", created.GetProperty("status").GetString());
        Assert.Equal(12.5m, created.GetProperty("amount").GetDecimal());
        Assert.Equal(JsonValueKind.Null, created.GetProperty("merchantTransactionId").ValueKind);
        Assert.Equal("sandbox-username", created.GetProperty("createdBy").GetString());
        Assert.NotEmpty(created.GetProperty("merchant").GetProperty("name").GetString()!);
        var link = created.GetProperty("paymentLink").GetString();
        Assert.EndsWith("/r/" + created.GetProperty("shortCode").GetString(), link, StringComparison.Ordinal);

        foreach (var (action, status) in new[] { ("follow-link", "ACTIVE"), ("pay", "PAID"), ("settle", "SETTLED") })
        {
            Assert.Equal(status, (await ControlAsync(created, action, HttpStatusCode.OK)).GetProperty("status").GetString());
            Assert.Equal(status, (await ReadAsync(token, created)).GetProperty("status").GetString());
        }
    }

    [Theory]
    [InlineData("pay", "pay")]
    [InlineData("pay", "fail")]
    [InlineData("pay", "follow-link")]
    [InlineData("fail", "pay")]
    [InlineData("fail", "settle")]
    [InlineData("follow-link", "settle")]
    [InlineData("pay,settle", "settle")]
    public async Task A_change_that_the_status_does_not_allow_gets_409_and_changes_nothing(string before, string action)
    {
        var token = await GetTokenAsync();
        var created = await CreatePaymentRequestAsync(token);
        foreach (var earlier in before.Split(','))
            await ControlAsync(created, earlier, HttpStatusCode.OK);
        var status = (await ReadAsync(token, created)).GetProperty("status").GetString()!;

        var response = await ControlAsync(created, action, HttpStatusCode.Conflict);

        Assert.Contains(status, response.GetProperty("message").GetString(), StringComparison.Ordinal);
        Assert.Equal(status, (await ReadAsync(token, created)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_refund_is_a_separate_resource_that_completes_later()
    {
        var token = await GetTokenAsync();
        var created = await CreatePaymentRequestAsync(token);
        var path = PathOf(created) + "/refunds";
        await SendAsync(token, HttpMethod.Post, path, Refund, HttpStatusCode.BadRequest);
        await ControlAsync(created, "pay", HttpStatusCode.OK);

        var refund = await SendAsync(token, HttpMethod.Post, path, Refund, HttpStatusCode.Created);

        Assert.NotEqual(created.GetProperty("id").GetString(), refund.GetProperty("id").GetString());
        Assert.Equal("CREATED", refund.GetProperty("status").GetString());
        Assert.Equal("PAID", (await ReadAsync(token, created)).GetProperty("status").GetString());
        await SendAsync(token, HttpMethod.Get, $"/open/v1/payment-requests/{refund.GetProperty("id")}", null, HttpStatusCode.NotFound);

        var rest = Refund.Replace("2.5", "10.01", StringComparison.Ordinal);
        await SendAsync(token, HttpMethod.Post, path, rest, HttpStatusCode.BadRequest);
        var failed = await Http.PostAsync($"/_simulator/refunds/{refund.GetProperty("id")}/fail", null);
        Assert.Equal("FAILED", (await failed.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("status").GetString());
        await SendAsync(token, HttpMethod.Post, path, rest, HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_payment_request_can_be_cancelled_only_once()
    {
        var token = await GetTokenAsync();
        var path = PathOf(await CreatePaymentRequestAsync(token)) + "/cancellation";

        var cancelled = await SendAsync(token, HttpMethod.Post, path, null, HttpStatusCode.OK);

        Assert.Equal("CANCELLED", cancelled.GetProperty("status").GetString());
        await SendAsync(token, HttpMethod.Post, path, null, HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task A_payment_request_with_a_future_delivery_date_is_scheduled_until_that_date()
    {
        var token = await GetTokenAsync();
        var tomorrow = Time.GetUtcNow().AddDays(1);
        var body = PaymentRequest.Replace("{\"amount", $"{{\"deliveryDate\":\"{tomorrow:yyyy-MM-dd}\",\"amount", StringComparison.Ordinal);
        var created = await SendAsync(token, HttpMethod.Post, "/open/v1/payment-requests", body, HttpStatusCode.Created);
        Assert.Equal("SCHEDULED", created.GetProperty("status").GetString());

        Time.Advance(TimeSpan.FromDays(1));

        Assert.Equal("ACTIVE", (await ReadAsync(await GetTokenAsync(), created)).GetProperty("status").GetString());
    }

    [Fact]
    public async Task A_merchantTransactionId_can_be_used_only_once_across_payment_requests_and_payments()
    {
        var token = await GetTokenAsync();
        var request = PaymentRequest.Replace("{\"amount", "{\"merchantTransactionId\":\"order-1234\",\"amount", StringComparison.Ordinal);
        var payment = Refund.Replace("{\"amount", "{\"merchantTransactionId\":\"order-1234\",\"amount", StringComparison.Ordinal);

        await SendAsync(token, HttpMethod.Post, "/open/v1/payment-requests", request, HttpStatusCode.Created);
        await SendAsync(token, HttpMethod.Post, "/open/v1/payment-requests", request, HttpStatusCode.BadRequest);
        await SendAsync(token, HttpMethod.Post, "/open/v1/payments", payment, HttpStatusCode.BadRequest);

        var counters = await GetCountersAsync();
        Assert.Equal(1, counters.GetProperty("paymentRequestsCreated").GetInt32());
        Assert.Equal(0, counters.GetProperty("paymentsCreated").GetInt32());
    }

    [Theory]
    [InlineData("POST", "/open/v1/payment-requests/unknown/refunds", true, "sandbox-api-key", 404)]
    [InlineData("GET", "/open/v1/payment-requests/unknown", true, "sandbox-api-key", 404)]
    [InlineData("GET", "/open/v1/payment-requests", true, "sandbox-api-key", 404)]
    [InlineData("DELETE", "/open/v1/payment-requests/unknown", true, "sandbox-api-key", 404)]
    [InlineData("GET", "/open/v1/unknown", true, "sandbox-api-key", 404)]
    [InlineData("GET", "/open/v1/payment-requests/unknown", false, "sandbox-api-key", 401)]
    [InlineData("GET", "/open/v1/payment-requests/unknown", true, "production-api-key", 403)]
    [InlineData("GET", "/open/v1/payment-requests/unknown", true, null, 403)]
    public async Task An_error_has_the_documented_status_and_a_body_that_names_the_simulator(
        string method, string path, bool withToken, string? apiKey, int status)
    {
        using var request = CreateRequest(new(method), path, withToken ? await GetTokenAsync() : "none", apiKey);
        if (method == "POST")
            request.Content = new StringContent(Refund);

        var response = await Http.SendAsync(request);

        Assert.Equal(status, (int)response.StatusCode);
        Assert.NotEmpty(response.Headers.GetValues("x-amzn-RequestId").Single());
        var body = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.NotEmpty(body.GetProperty("_simulator").GetProperty("problem").GetString()!);
        Assert.False(response.Headers.Contains("x-amzn-ErrorType"));
    }

    [Theory]
    [InlineData("ServerError", 500)]
    [InlineData("Throttled", 429)]
    [InlineData("Unauthorized", 401)]
    public async Task The_payments_api_simulates_a_fault(string fault, int status)
    {
        var token = await GetTokenAsync();
        await SetFaultsAsync($$"""{"api":"{{fault}}"}""");

        Assert.Equal(status, (int)await CallAsync(token));
    }

    [Fact]
    public async Task A_call_with_a_delay_is_processed_even_if_its_caller_stops_waiting()
    {
        var token = await GetTokenAsync();
        await SetFaultsAsync("""{"apiDelayMs":60000}""");
        using var cancellation = new CancellationTokenSource();
        var call = SendAsync();
        for (var i = 0; (await GetCountersAsync()).GetProperty("paymentRequestsCreated").GetInt32() == 0; i++)
            Assert.True(i < 10_000, "The call is not processed before the delay.");

        await cancellation.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
        var items = await Http.GetFromJsonAsync<JsonElement>("/_simulator/payment-requests");
        Assert.Equal(1, items.GetProperty("items").GetArrayLength());

        async Task SendAsync()
        {
            using var request = CreateRequest(HttpMethod.Post, "/open/v1/payment-requests", token);
            request.Content = new StringContent(PaymentRequest);
            await Http.SendAsync(request, cancellation.Token);
        }
    }

    [Fact]
    public async Task Of_concurrent_calls_with_one_merchantTransactionId_only_one_is_accepted()
    {
        var token = await GetTokenAsync();
        var body = PaymentRequest.Replace("{\"amount", "{\"merchantTransactionId\":\"order-1234\",\"amount", StringComparison.Ordinal);

        var statuses = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => CallAsync(token, body)));

        Assert.Single(statuses, HttpStatusCode.Created);
    }

    [Fact]
    public async Task Concurrent_refunds_together_do_not_exceed_the_amount()
    {
        var token = await GetTokenAsync();
        var created = await CreatePaymentRequestAsync(token);
        await ControlAsync(created, "pay", HttpStatusCode.OK);

        var statuses = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => CallAsync(token, Refund, PathOf(created) + "/refunds")));

        // 5 refunds of 2.50 are 12.50.
        Assert.Equal(5, statuses.Count(status => status == HttpStatusCode.Created));
    }

    [Fact]
    public async Task A_body_of_more_than_1_MiB_gets_413()
    {
        var body = PaymentRequest.Replace("{\"amount", $"{{\"x\":\"{new string('x', 1 << 20)}\",\"amount", StringComparison.Ordinal);

        Assert.Equal(HttpStatusCode.RequestEntityTooLarge, await CallAsync(await GetTokenAsync(), body));
    }

    [Fact]
    public async Task A_lost_response_breaks_the_connection_after_the_request_was_processed()
    {
        var token = await GetTokenAsync();
        await SetFaultsAsync("""{"api":"ResponseLost"}""");

        await Assert.ThrowsAsync<HttpRequestException>(() => CallAsync(token));

        Assert.Equal(1, (await GetCountersAsync()).GetProperty("paymentRequestsCreated").GetInt32());
    }
}
