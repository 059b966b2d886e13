using System.Globalization;
using System.Net;
using System.Text.Json;

namespace Clik2pay.Sidecar.Tests.Simulator.Webhooks;

public sealed class WebhookDeliveryTests : WebhookTest
{
    [Theory]
    [InlineData(500)]
    [InlineData(302)]
    [InlineData(404)]
    public async Task An_event_without_a_2xx_is_sent_again_after_growing_pauses_while_other_events_continue(int status)
    {
        var token = await GetTokenAsync();
        var first = await CreatePaymentRequestAsync(token);
        var (id, failures) = (first.GetProperty("id").GetString(), 4);
        Respond = body => body.GetProperty("resource").GetProperty("id").GetString() == id && failures-- > 0 ? status : 204;
        await ControlAsync(first, "fail", HttpStatusCode.OK);
        await AdvanceUntilAsync(deliveries => AttemptsOf(deliveries[0]).Count == 3);
        await ControlAsync(await CreatePaymentRequestAsync(token), "fail", HttpStatusCode.OK);
        await AdvanceUntilAsync(deliveries => StatusOf(deliveries[1]) == "delivered", stepSeconds: 0);
        Assert.Equal("pending", StatusOf((await GetDeliveriesAsync())[0]));

        var deliveries = await AdvanceUntilAsync(AreAllDelivered);

        var attempts = AttemptsOf(deliveries[0]);
        Assert.Equal([$"{status}", $"{status}", $"{status}", $"{status}", "204"], attempts.Select(attempt => attempt.Outcome));
        var pauses = attempts.Zip(attempts.Skip(1), (before, after) => (after.At - before.At).TotalSeconds).ToList();
        Assert.All(pauses.Zip([1.0, 2.0, 4.0, 8.0]), pause => Assert.InRange(pause.First, pause.Second, double.MaxValue));
        Assert.All(Received, received => Assert.Equal("/hook?shop=1", received.Target));
    }

    [Fact]
    public async Task An_event_that_fails_12_times_is_given_up_and_later_events_are_delivered()
    {
        var failures = 12;
        Respond = _ => failures-- > 0 ? 503 : 204;
        var token = await GetTokenAsync();
        await ControlAsync(await CreatePaymentRequestAsync(token), "fail", HttpStatusCode.OK);

        var deliveries = await AdvanceUntilAsync(deliveries => StatusOf(deliveries[0]) != "pending", stepSeconds: 60);

        Assert.Equal("failed", StatusOf(deliveries[0]));
        Assert.Equal(12, AttemptsOf(deliveries[0]).Count);
        await ControlAsync(await CreatePaymentRequestAsync(await GetTokenAsync()), "fail", HttpStatusCode.OK);
        deliveries = await AdvanceUntilAsync(deliveries => StatusOf(deliveries[1]) != "pending");
        Assert.Equal("delivered", StatusOf(deliveries[1]));
    }

    [Fact]
    public async Task A_duplicate_fault_sends_each_event_twice()
    {
        await SetFaultsAsync("""{"webhookDuplicatePercent":100}""");
        await PayAsync();

        await AdvanceUntilAsync(deliveries =>
            !deliveries.Exists(IsBeingSent) && deliveries.Sum(delivery => AttemptsOf(delivery).Count) == 4);

        Assert.Equal(
            ["PAYMENT-COMPLETED", "PAYMENT-COMPLETED", "PAYMENT-PROCESSING", "PAYMENT-PROCESSING"],
            Received.Select(received => received.Body[0].GetProperty("eventType").GetString()).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_lost_event_is_never_sent_and_shown_as_lost()
    {
        await SetFaultsAsync("""{"webhookLosePercent":50}""");
        for (var i = 0; i < 10; i++)
            await PayAsync();

        var deliveries = await AdvanceUntilAsync(deliveries => deliveries.TrueForAll(delivery => StatusOf(delivery) != "pending"));

        var lost = deliveries.Where(delivery => StatusOf(delivery) == "lost").ToList();
        Assert.InRange(lost.Count, 6, 14);
        Assert.Equal(20 - lost.Count, Received.Count);
        Assert.All(lost, delivery => Assert.Empty(AttemptsOf(delivery)));
        Assert.Equal(2, lost.Select(delivery => delivery.GetProperty("eventType").GetString()).Distinct(StringComparer.Ordinal).Count());
    }

    [Theory]
    [InlineData(30)]
    [InlineData(100)]
    public async Task Reordered_events_of_one_payment_request_arrive_in_the_wrong_order(int percent)
    {
        await SetFaultsAsync($$"""{"webhookReorderPercent":{{percent}}}""");
        for (var i = 0; i < 10; i++)
            await PayAsync();

        await AdvanceUntilAsync(deliveries => deliveries.Count == 20 && AreAllDelivered(deliveries), stepSeconds: 0.01);

        var firstEvents = Received.Select(received => received.Body[0])
            .GroupBy(body => body.GetProperty("resource").GetProperty("id").GetString())
            .Select(events => events.First().GetProperty("eventType").GetString());
        Assert.Contains("PAYMENT-COMPLETED", firstEvents);
    }

    [Fact]
    public async Task A_delayed_event_is_not_sent_before_its_delay_is_over()
    {
        await SetFaultsAsync("""{"webhookDelayMs":60000}""");
        var before = Time.GetUtcNow();
        await PayAsync();

        var deliveries = await AdvanceUntilAsync(AreAllDelivered);

        Assert.All(deliveries, delivery => Assert.InRange(AttemptsOf(delivery)[0].At, before.AddMinutes(1), DateTimeOffset.MaxValue));
    }

    [Fact]
    public async Task An_attempt_without_a_response_ends_after_10_s_and_is_repeated()
    {
        var isFirst = true;
        var release = new TaskCompletionSource();
        BeforeResponse = () => Interlocked.Exchange(ref isFirst, false) ? release.Task : Task.CompletedTask;
        await ControlAsync(await CreatePaymentRequestAsync(await GetTokenAsync()), "fail", HttpStatusCode.OK);
        await AdvanceUntilAsync(deliveries => IsBeingSent(deliveries[0]));
        while (IsBeingSent((await GetDeliveriesAsync())[0]) && AttemptsOf((await GetDeliveriesAsync())[0]).Count == 1)
            Time.Advance(TimeSpan.FromSeconds(1));
        var deliveries = await AdvanceUntilAsync(AreAllDelivered);
        release.SetResult();

        Assert.Equal(["no response within 10 s", "204"], AttemptsOf(deliveries[0]).Select(attempt => attempt.Outcome));
    }

    private async Task PayAsync() => await ControlAsync(await CreatePaymentRequestAsync(await GetTokenAsync()), "pay", HttpStatusCode.OK);

    private static List<(DateTimeOffset At, string Outcome)> AttemptsOf(JsonElement delivery) =>
        [.. delivery.GetProperty("attempts").EnumerateArray().Select(attempt => (
            DateTimeOffset.Parse(attempt.GetProperty("at").GetString()!, CultureInfo.InvariantCulture),
            attempt.GetProperty("outcome").GetString() ?? ""))];
}
