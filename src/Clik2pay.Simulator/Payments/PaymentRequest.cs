using System.Globalization;
using System.Text.Json.Nodes;

namespace Clik2pay.Simulator.Payments;

/// <summary>A payment request of the merchant.</summary>
/// <param name="Id">The identifier that the provider assigned.</param>
/// <param name="Sent">The fields as the merchant sent them.</param>
/// <param name="Amount">In dollars.</param>
/// <param name="Status">The current status.</param>
/// <param name="Refunded">The amount that was refunded, in dollars.</param>
/// <param name="CreatedAt">The time of creation.</param>
internal sealed record PaymentRequest(
    string Id, JsonObject Sent, decimal Amount, PaymentRequestStatus Status, decimal Refunded, DateTimeOffset CreatedAt)
{
    public string? MerchantTransactionId => (string?)Sent["merchantTransactionId"];

    public JsonObject ToJson()
    {
        var json = Sent.DeepClone().AsObject();
        json["id"] = Id;
        json["status"] = Status.ToString().ToUpperInvariant();
        json["paymentLink"] = $"https://pay.simulator.example/{Id}";
        json["createdDate"] = CreatedAt.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
        json["refundedAmount"] = Refunded;
        return json;
    }
}
