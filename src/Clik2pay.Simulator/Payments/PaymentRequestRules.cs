using System.Text.Json;
using System.Text.Json.Nodes;

namespace Clik2pay.Simulator.Payments;

/// <summary>Validates payment requests as the provider does.</summary>
internal static class PaymentRequestRules
{
    /// <returns>The first error in a new payment request; null if it is valid.</returns>
    public static string? FindError(JsonObject sent)
    {
        if (Amount(sent) is null)
            return "amount: a positive number with at most two decimals is required";

        return Text(sent, "type") switch
        {
            "SMART" => "type: SMART is read-only",
            "FLEX" when sent["flexDetails"] is not JsonObject => "flexDetails: required if type is FLEX",
            "ECOMM" or "EBILL" or "FLEX" => FindErrorInParties(sent),
            _ => "type: use ECOMM, EBILL or FLEX",
        };
    }

    /// <returns>The amount in dollars; null if it is missing or invalid.</returns>
    public static decimal? Amount(JsonObject sent) =>
        sent["amount"] is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.TryGetValue<decimal>(out var amount)
        && amount > 0 && decimal.Round(amount, 2) == amount
            ? amount
            : null;

    /// <returns>The value of a string property; null if it is missing, not a string, or not valid Unicode.</returns>
    public static string? Text(JsonObject json, string name)
    {
        try
        {
            return json[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;
        }
        catch (InvalidOperationException)
        {
            // The string contains an unpaired surrogate, so it isn't valid Unicode.
            return null;
        }
    }

    private static string? FindErrorInParties(JsonObject sent)
    {
        if (sent["payer"] is not JsonObject payer || string.IsNullOrWhiteSpace(Text(payer, "name")))
            return "payer.name: required";

        if (Text(payer, "email")?.Contains('@') != true)
            return "payer.email: an email address is required";

        if (sent.ContainsKey("merchantTransactionId") && Text(sent, "merchantTransactionId") is not { Length: >= 6 and <= 32 })
            return "merchantTransactionId: 6 to 32 characters are required";

        return null;
    }
}
