using System.Text.Json.Nodes;

namespace Clik2pay.Simulator.Transactions;

/// <summary>A payment request, a refund or a payment.</summary>
/// <param name="Id">The identifier that the simulator assigned.</param>
/// <param name="Kind">What the transaction is.</param>
/// <param name="Sent">The fields as the merchant sent them. The object is never changed.</param>
/// <param name="Status">The current status.</param>
internal sealed record Transaction(string Id, TransactionKind Kind, JsonObject Sent, TransactionStatus Status)
{
    /// <summary>In dollars; null until the payer of a flexible payment request has paid.</summary>
    public decimal? Amount { get; init; }

    /// <summary>The last part of a payment link; null for refunds and payments.</summary>
    public string? ShortCode { get; init; }

    /// <summary>The identifier of the payment request that a refund belongs to; otherwise null.</summary>
    public string? RefundOf { get; init; }

    /// <summary>When a scheduled payment request becomes active (UTC).</summary>
    public DateOnly? DeliveryDate { get; init; }

    public string StatusName => Status.ToString().ToUpperInvariant();
}
