using System.Text.Json;
using System.Text.Json.Nodes;

namespace Clik2pay.Simulator.Payments;

/// <summary>What the provider accepts.</summary>
internal static class PaymentRequestRules
{
    /// <returns>What is wrong with a new payment request; null when nothing is.</returns>
    public static string? FindError(JsonObject sent)
    {
        if (Amount(sent) is null)
            return "amount: a positive number with at most two decimals is required";

        return Text(sent, "type") switch
        {
            "SMART" => "type: SMART is read only",
            "FLEX" when sent["flexDetails"] is not JsonObject => "flexDetails: required with type FLEX",
            "ECOMM" or "EBILL" or "FLEX" => FindErrorInParties(sent),
            _ => "type: one of ECOMM, EBILL, FLEX is required",
        };
    }

    /// <summary>The amount in dollars; null when it is absent or none.</summary>
    public static decimal? Amount(JsonObject sent) =>
        sent["amount"] is JsonValue value && value.GetValueKind() == JsonValueKind.Number && value.TryGetValue<decimal>(out var amount)
        && amount > 0 && decimal.Round(amount, 2) == amount
            ? amount
            : null;

    public static string? Text(JsonObject json, string name)
    {
        try
        {
            return json[name] is JsonValue value && value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : null;
        }
        catch (InvalidOperationException)
        {
            // A text that is not Unicode.
            return null;
        }
    }

    private static string? FindErrorInParties(JsonObject sent)
    {
        if (sent["payer"] is not JsonObject payer || string.IsNullOrWhiteSpace(Text(payer, "name")))
            return "payer.name: required";

        if (Text(payer, "email")?.Contains('@') != true)
            return "payer.email: an e-mail address is required";

        if (sent.ContainsKey("merchantTransactionId") && Text(sent, "merchantTransactionId") is not { Length: >= 6 and <= 32 })
            return "merchantTransactionId: 6 to 32 characters";

        return null;
    }
}
