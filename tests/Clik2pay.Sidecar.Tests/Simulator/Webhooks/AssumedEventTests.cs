using Clik2pay.Simulator.Options;

namespace Clik2pay.Sidecar.Tests.Simulator.Webhooks;

public sealed class AssumedEventTests : WebhookTest
{
    private protected override Assumption[] Assumptions => [Assumption.Events];

    [Fact]
    public async Task With_assumed_events_settled_and_cancelled_transactions_are_reported()
    {
        await CancelOneAndSettleAnotherAsync();

        var deliveries = await AdvanceUntilAsync(deliveries => deliveries.Count == 4 && AreAllDelivered(deliveries));

        Assert.Equal(
            ["PAYMENT-CANCELLED", "PAYMENT-PROCESSING", "PAYMENT-COMPLETED", "PAYMENT-SETTLED"],
            deliveries.Select(delivery => delivery.GetProperty("eventType").GetString()));
    }
}
