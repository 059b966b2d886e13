using System.Globalization;
using System.Text.Json.Nodes;

namespace Clik2pay.Simulator.Payments;

/// <summary>A payment request: what the merchant sent, and what has become of it.</summary>
/// <param name="Id">Given by the provider.</param>
/// <param name="Sent">The merchant's fields as they came.</param>
/// <param name="Amount">In dollars.</param>
/// <param name="Status">How far it has come.</param>
/// <param name="Refunded">How much of the amount has gone back, in dollars.</param>
/// <param name="CreatedAt">When it was created.</param>
internal sealed record PaymentRequest(string Id, JsonObject Sent, decimal Amount, PaymentRequestStatus Status, decimal Refunded, DateTimeOffset CreatedAt)
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
