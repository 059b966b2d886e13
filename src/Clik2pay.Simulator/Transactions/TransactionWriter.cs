using System.Text.Json.Nodes;
using Clik2pay.Simulator.Options;
using Clik2pay.Simulator.Rules;

namespace Clik2pay.Simulator.Transactions;

/// <summary>Writes transactions as the JSON of responses and webhooks.</summary>
internal sealed class TransactionWriter(SimulatorOptions options, SimulatorAddress address)
{
    public JsonObject ToJson(Transaction transaction)
    {
        var json = new JsonObject { ["id"] = transaction.Id, ["status"] = transaction.StatusName };
        foreach (var field in RulesOf(transaction).Fields)
        {
            if (transaction.Sent[field.Name] is { } value)
                json[field.Name] = value.DeepClone();
        }

        json["amount"] = transaction.Amount;
        if (transaction.Kind is not TransactionKind.Refund)
        {
            json.TryAdd("merchantTransactionId", null);
            json["merchant"] = new JsonObject { ["id"] = SimulatorOptions.MerchantId, ["name"] = SimulatorOptions.MerchantName };
        }

        if (transaction.ShortCode is { } shortCode)
        {
            json["shortCode"] = shortCode;
            json["paymentLink"] = address.LinkTo(shortCode);
            json["createdBy"] = options.Username;
        }

        return json;
    }

    private static ObjectRules RulesOf(Transaction transaction) => transaction.Kind switch
    {
        TransactionKind.PaymentRequest => RequestBodies.PaymentRequest,
        TransactionKind.Refund => RequestBodies.Refund,
        _ => RequestBodies.Payment,
    };
}
