using System.Net;
using System.Text;
using System.Text.Json;

namespace Clik2pay.Sidecar.Tests.Simulator.Webhooks;

public sealed class WebhookEventTests : WebhookTest
{
    [Fact]
    public async Task Each_change_is_sent_as_an_array_of_one_event_with_basic_credentials_in_order()
    {
        var created = await CreatePaymentRequestAsync(await GetTokenAsync());
        await ControlAsync(created, "follow-link", HttpStatusCode.OK);
        await ControlAsync(created, "pay", HttpStatusCode.OK);

        await AdvanceUntilAsync(deliveries => deliveries.Count == 3 && AreAllDelivered(deliveries));

        var credentials = "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes("hook:pass:word"));
        Assert.All(Received, received =>
        {
            Assert.Equal("/hook?shop=1", received.Target);
            Assert.Equal(credentials, received.Headers.Authorization.ToString());
            Assert.Equal("application/json", received.Headers.ContentType.ToString());
            Assert.Equal(1, received.Body.GetArrayLength());
            var resource = received.Body[0].GetProperty("resource");
            Assert.Equal(created.GetProperty("id").GetString(), resource.GetProperty("id").GetString());
            Assert.Equal("payment-request", received.Body[0].GetProperty("resourceType").GetString());
            Assert.NotEmpty(received.Body[0].GetProperty("message").GetString()!);
        });
        Assert.Equal(
            [("PAYMENT-LINK-FOLLOWED", "ACTIVE"), ("PAYMENT-PROCESSING", "ACTIVE"), ("PAYMENT-COMPLETED", "PAID")],
            Received.Select(received => TypeAndStatus(received.Body)));
    }

    [Fact]
    public async Task A_failed_payment_is_reported_as_failed()
    {
        var created = await CreatePaymentRequestAsync(await GetTokenAsync());
        await ControlAsync(created, "fail", HttpStatusCode.OK);

        await AdvanceUntilAsync(deliveries => deliveries.Count == 1 && AreAllDelivered(deliveries));

        Assert.Equal(("PAYMENT-FAILED", "FAILED"), TypeAndStatus(Assert.Single(Received).Body));
    }

    [Fact]
    public async Task A_refund_and_a_payment_are_reported_when_the_recipient_accepts_them()
    {
        var token = await GetTokenAsync();
        var created = await CreatePaymentRequestAsync(token);
        await ControlAsync(created, "pay", HttpStatusCode.OK);
        const string body = """{"amount":2.5,"recipient":{"email":"a@example.com","mobileNumber":"4165550100"}}""";
        var refund = await SendAsync(token, HttpMethod.Post, PathOf(created) + "/refunds", body, HttpStatusCode.Created);
        var payment = await SendAsync(token, HttpMethod.Post, "/open/v1/payments", body, HttpStatusCode.Created);

        await Http.PostAsync($"/_simulator/refunds/{refund.GetProperty("id")}/pay", null);
        await Http.PostAsync($"/_simulator/payments/{payment.GetProperty("id")}/pay", null);

        await AdvanceUntilAsync(deliveries => deliveries.Count == 4 && AreAllDelivered(deliveries));
        Assert.Equal(["refund", "payment"], Received.Skip(2).Select(received => received.Body[0].GetProperty("resourceType").GetString()));
        Assert.All(Received.Skip(2), received => Assert.Equal(("PAYMENT-COMPLETED", "PAID"), TypeAndStatus(received.Body)));
    }

    [Fact]
    public async Task Changes_without_a_documented_event_type_are_not_reported()
    {
        await CancelOneAndSettleAnotherAsync();

        var deliveries = await GetDeliveriesAsync();

        Assert.Equal(
            ["PAYMENT-PROCESSING", "PAYMENT-COMPLETED"], deliveries.Select(delivery => delivery.GetProperty("eventType").GetString()));
    }

    private static (string? Type, string? Status) TypeAndStatus(JsonElement body) =>
        (body[0].GetProperty("eventType").GetString(), body[0].GetProperty("resource").GetProperty("status").GetString());
}
