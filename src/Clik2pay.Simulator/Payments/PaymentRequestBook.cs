using System.Text.Json.Nodes;

namespace Clik2pay.Simulator.Payments;

/// <summary>All payment requests of the merchant, in the order of their creation.</summary>
internal sealed class PaymentRequestBook(TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly OrderedDictionary<string, PaymentRequest> requests = new(StringComparer.Ordinal);

    /// <returns>The new request; null when its merchantTransactionId has been used before.</returns>
    public PaymentRequest? TryCreate(JsonObject sent, decimal amount)
    {
        var request = new PaymentRequest(Identifier.New(), sent, amount, PaymentRequestStatus.Created, Refunded: 0, time.GetUtcNow());
        lock (gate)
        {
            if (request.MerchantTransactionId is { } id && requests.Values.Any(other => other.MerchantTransactionId == id))
                return null;

            requests.Add(request.Id, request);
            return request;
        }
    }

    public PaymentRequest? Find(string id)
    {
        lock (gate)
            return requests.GetValueOrDefault(id);
    }

    public IReadOnlyList<PaymentRequest> List()
    {
        lock (gate)
            return [.. requests.Values];
    }

    /// <summary>Changes a request if it allows the change.</summary>
    /// <returns>Whether there is such a request, and what it is now; null in place of that when the change is not allowed.</returns>
    public (bool Exists, PaymentRequest? Changed) TryChange(string id, Func<PaymentRequest, PaymentRequest?> change)
    {
        lock (gate)
        {
            if (!requests.TryGetValue(id, out var request))
                return (false, null);

            if (change(request) is not { } changed)
                return (true, null);

            requests[id] = changed;
            return (true, changed);
        }
    }
}
