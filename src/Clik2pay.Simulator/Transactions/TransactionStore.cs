using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Clik2pay.Simulator.Common;
using Clik2pay.Simulator.Options;
using Clik2pay.Simulator.Rules;
using Clik2pay.Simulator.Webhooks;

namespace Clik2pay.Simulator.Transactions;

/// <summary>All transactions, in the order of their creation.</summary>
internal sealed class TransactionStore(SimulatorOptions options, TransactionWriter writer, WebhookQueue webhooks, TimeProvider time)
{
    private const string ShortCodeCharacters = "ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789";

    private readonly Lock gate = new();
    private readonly OrderedDictionary<string, Transaction> transactions = new(StringComparer.Ordinal);
    private readonly Dictionary<string, string> idsByShortCode = new(StringComparer.Ordinal);
    private readonly HashSet<string> merchantTransactionIds = new(StringComparer.Ordinal);

    /// <param name="kind">A payment request or a payment.</param>
    /// <param name="sent">The body of the request, which must be valid.</param>
    /// <returns>The new transaction. Not allowed if another transaction has the same merchantTransactionId.</returns>
    public TransactionChange TryCreate(TransactionKind kind, JsonObject sent)
    {
        lock (gate)
        {
            if (Rule.Text(sent["merchantTransactionId"]) is { } id && !merchantTransactionIds.Add(id))
            {
                const string problem = "was already used for another payment request or payment";
                var source = kind is TransactionKind.Payment ? Source.CreatePayment : Source.CreatePaymentRequest;
                return new(null, new("merchantTransactionId", problem, source));
            }

            var created = New(kind, sent);
            if (kind is TransactionKind.PaymentRequest)
            {
                var deliveryDate = Rule.ToDate(sent["deliveryDate"]);
                created = created with
                {
                    ShortCode = RandomNumberGenerator.GetString(ShortCodeCharacters, 8),
                    DeliveryDate = deliveryDate,
                    Status = deliveryDate > Today ? TransactionStatus.Scheduled : TransactionStatus.Created,
                };
                idsByShortCode.Add(created.ShortCode, created.Id);
            }

            return new(Add(created));
        }
    }

    /// <param name="id">The identifier of a payment request.</param>
    /// <param name="sent">The body of the request, which must be valid.</param>
    /// <returns>
    /// The new refund. Not allowed unless the payment request is PAID or SETTLED (https://docs.clik2pay.com/docs/refunds-1). All refunds
    /// together must not exceed the amount that was paid, which is an assumption.
    /// </returns>
    public TransactionChange TryRefund(string id, JsonObject sent)
    {
        lock (gate)
        {
            if (Find(TransactionKind.PaymentRequest, id) is not { } request)
                return default;

            if (request.Status is not (TransactionStatus.Paid or TransactionStatus.Settled))
                return Refuse($"a refund requires the status PAID or SETTLED, but the status is {request.StatusName}", Source.Refunds);

            var refunded = transactions.Values
                .Where(other => other.RefundOf == id && other.Status is not (TransactionStatus.Failed or TransactionStatus.Cancelled))
                .Sum(refund => refund.Amount);
            return Rule.Number(sent["amount"]) + refunded > request.Amount
                ? Refuse($"at most {request.Amount - refunded} of {request.Amount} can still be refunded", Source.Assumption)
                : new(Add(New(TransactionKind.Refund, sent) with { RefundOf = id }));
        }
    }

    public Transaction? Find(TransactionKind kind, string id)
    {
        lock (gate)
        {
            if (!transactions.TryGetValue(id, out var found) || found.Kind != kind)
                return null;

            if (found.Status is TransactionStatus.Scheduled && found.DeliveryDate <= Today)
                transactions[id] = found = found with { Status = TransactionStatus.Active };
            return found;
        }
    }

    public Transaction? FindByShortCode(string shortCode)
    {
        lock (gate)
            return idsByShortCode.TryGetValue(shortCode, out var id) ? Find(TransactionKind.PaymentRequest, id) : null;
    }

    public IReadOnlyList<Transaction> List(TransactionKind kind)
    {
        lock (gate)
            return [.. transactions.Values.Where(transaction => transaction.Kind == kind).ToList().Select(found => Find(kind, found.Id)!)];
    }

    /// <summary>
    /// Changes the status of a transaction, and sends a webhook for each change whose event type is documented or assumed.
    /// </summary>
    /// <param name="kind">The kind of transaction.</param>
    /// <param name="id">Its identifier.</param>
    /// <param name="action">What happens to the transaction.</param>
    /// <param name="amount">The amount that the payer of a flexible payment request chooses, in dollars.</param>
    public TransactionChange TryApply(TransactionKind kind, string id, TransactionAction action, decimal? amount = null)
    {
        lock (gate)
        {
            if (Find(kind, id) is not { } found)
                return default;

            var transitions = Transition.Of(kind, action);
            if (transitions.Count == 0 || !transitions[0].From.Contains(found.Status))
                return Refuse($"the status {found.StatusName} does not allow this", Source.Assumption);

            if (amount is not null && found.Amount is not null && amount != found.Amount)
            {
                const string rule = "only the payer of a FLEX payment request can choose the amount";
                return Refuse($"the amount is {found.Amount}, and {rule}", Source.Assumption);
            }

            if (action is TransactionAction.Pay && found.Amount is null)
            {
                if (FlexibleAmount.Choose(found.Sent, amount) is not { } chosen)
                    return Refuse($"the amount must be {FlexibleAmount.Describe(found.Sent)}", Source.Assumption);

                found = found with { Amount = chosen };
            }

            foreach (var transition in transitions)
            {
                transactions[id] = found = found with { Status = transition.To };
                if (transition.IsDocumented || options.Assumes(Assumption.Events))
                    webhooks.Add(transition.EventType, transition.Message, kind.ResourceType(), writer.ToJson(found));
            }

            return new(found);
        }
    }

    private DateOnly Today => DateOnly.FromDateTime(time.GetUtcNow().UtcDateTime);

    private static TransactionChange Refuse(string problem, Source source) => new(null, new(null, problem, source));

    private static Transaction New(TransactionKind kind, JsonObject sent) =>
        new(Identifier.New(), kind, sent, TransactionStatus.Created) { Amount = Rule.Number(sent["amount"]) };

    private Transaction Add(Transaction created)
    {
        transactions.Add(created.Id, created);
        return created;
    }
}
