using System.Text.Json.Nodes;
using Clik2pay.Simulator.Faults;
using Clik2pay.Simulator.Options;

namespace Clik2pay.Simulator.Webhooks;

/// <summary>
/// The webhooks to send, ordered by the time at which they are due. Webhooks that are due at the same time keep their order. The
/// queue is empty if the simulator has no webhook target.
/// </summary>
internal sealed class WebhookQueue(SimulatorOptions options, FaultState faults, TimeProvider time) : IDisposable
{
    private const int MaxAttempts = 12;

    private readonly Lock gate = new();
    private readonly List<Delivery> deliveries = [];
    private readonly PriorityQueue<Delivery, (DateTimeOffset Due, long Number)> queue = new();
    private readonly SemaphoreSlim added = new(0);
    private long number;

    public void Add(string eventType, string message, string resourceType, JsonObject resource)
    {
        if (options.Webhook is null)
            return;

        var delivery = new Delivery(eventType, message, resourceType, resource);
        lock (gate)
        {
            deliveries.Add(delivery);
            var (fault, count) = faults.OfNextWebhook();
            if (Percentage.IncludesScattered(fault.WebhookLosePercent, count, "lose"))
            {
                delivery.Status = DeliveryStatus.Lost;
                return;
            }

            if (Percentage.IncludesScattered(fault.WebhookDuplicatePercent, count, "duplicate"))
                delivery.RemainingCopies = 2;

            // Later events overtake a reordered event while it waits. The pauses differ, so the order changes even at 100 %.
            var delay = TimeSpan.FromMilliseconds(fault.WebhookDelayMs);
            if (Percentage.IncludesScattered(fault.WebhookReorderPercent, count, "reorder"))
                delay += TimeSpan.FromSeconds(Percentage.Fraction(count, "pause"));
            Enqueue(delivery, delay);
        }
    }

    /// <summary>Waits until a webhook is due, removes it from the queue, and records that an attempt begins.</summary>
    public async Task<Delivery> TakeAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            TimeSpan wait;
            lock (gate)
            {
                wait = Timeout.InfiniteTimeSpan;
                if (queue.TryPeek(out _, out var first))
                {
                    wait = first.Due - time.GetUtcNow();
                    if (wait <= TimeSpan.Zero)
                    {
                        var delivery = queue.Dequeue();
                        delivery.Begin(time.GetUtcNow());
                        return delivery;
                    }
                }
            }

            await WaitAsync(wait, cancellationToken);
        }
    }

    /// <summary>Records the result of an attempt, and queues the webhook again if it must be repeated.</summary>
    /// <param name="delivery">The webhook.</param>
    /// <param name="outcome">The status code of the response, or the error.</param>
    /// <param name="isSuccess">Whether the status code is a 2xx.</param>
    public void Complete(Delivery delivery, string outcome, bool isSuccess)
    {
        lock (gate)
        {
            delivery.End(outcome, isSuccess);
            if (isSuccess)
            {
                delivery.Status = DeliveryStatus.Delivered;
                if (--delivery.RemainingCopies > 0)
                    Enqueue(delivery, TimeSpan.Zero);
            }
            else if (delivery.Failures < MaxAttempts)
            {
                // The provider does not document its schedule. The pauses here are 1, 2, 4 … seconds, at most 5 minutes.
                Enqueue(delivery, TimeSpan.FromSeconds(Math.Min(300, Math.Pow(2, delivery.Failures - 1))));
            }
            else if (delivery.Status is DeliveryStatus.Pending)
            {
                delivery.Status = DeliveryStatus.Failed;
            }
        }
    }

    public JsonObject ToJson()
    {
        lock (gate)
            return new() { ["deliveries"] = new JsonArray([.. deliveries.Select(delivery => (JsonNode)delivery.ToJson())]) };
    }

    public void Dispose() => added.Dispose();

    private void Enqueue(Delivery delivery, TimeSpan delay)
    {
        queue.Enqueue(delivery, (time.GetUtcNow() + delay, number++));
        added.Release();
    }

    /// <summary>Waits until a webhook is added or the given time has passed.</summary>
    private async Task WaitAsync(TimeSpan wait, CancellationToken cancellationToken)
    {
        if (wait == Timeout.InfiniteTimeSpan)
        {
            await added.WaitAsync(cancellationToken);
            return;
        }

        using var ends = new CancellationTokenSource(wait, time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(ends.Token, cancellationToken);
        await added.WaitAsync(both.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        cancellationToken.ThrowIfCancellationRequested();
    }
}
