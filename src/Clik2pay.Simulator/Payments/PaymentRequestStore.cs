using System.Text.Json.Nodes;
using Clik2pay.Simulator.Common;

namespace Clik2pay.Simulator.Payments;

/// <summary>All payment requests, in the order of their creation.</summary>
internal sealed class PaymentRequestStore(TimeProvider time)
{
    private readonly Lock gate = new();
    private readonly OrderedDictionary<string, PaymentRequest> requests = new(StringComparer.Ordinal);

    /// <returns>The new payment request; null if its merchantTransactionId is in use.</returns>
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

    /// <summary>Replaces a payment request with the result of <paramref name="change"/>.</summary>
    /// <param name="id">The identifier of the payment request.</param>
    /// <param name="change">Returns the changed payment request, or null if the change is not allowed.</param>
    /// <returns>Whether the payment request exists, and its new state. The state is null if the change is not allowed.</returns>
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
