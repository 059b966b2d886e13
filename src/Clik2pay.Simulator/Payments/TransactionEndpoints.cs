using System.Globalization;
using System.Text.Json.Nodes;
using Clik2pay.Simulator.Common;
using Clik2pay.Simulator.Counting;
using Clik2pay.Simulator.Options;
using Clik2pay.Simulator.Rules;
using Clik2pay.Simulator.Transactions;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;

namespace Clik2pay.Simulator.Payments;

/// <summary>The endpoints of the Payment Requests API.</summary>
internal sealed class TransactionEndpoints(
    SimulatorOptions options, TransactionStore transactions, TransactionWriter writer, ErrorWriter errors, Counters counters)
{
    public async Task CreatePaymentRequestAsync(HttpContext context)
    {
        if (await ReadAsync(context, RequestBodies.OfPaymentRequest) is not { } sent)
            return;

        if (FlexibleAmount.FindProblem(sent) is { } problem)
        {
            await errors.WriteBadRequestAsync(context, new("flexDetails", problem, Source.Assumption));
            return;
        }

        var created = transactions.TryCreate(TransactionKind.PaymentRequest, sent);
        if (created.Transaction is { } request)
        {
            counters.Increment(CountedEvent.PaymentRequestsCreated);
            context.Response.Headers.Location = $"/open/v1/payment-requests/{request.Id}";
        }

        await WriteCreatedAsync(context, created);
    }

    public async Task CreatePaymentAsync(HttpContext context)
    {
        if (await ReadAsync(context, _ => RequestBodies.Payment) is not { } sent)
            return;

        var created = transactions.TryCreate(TransactionKind.Payment, sent);
        if (created.Transaction is not null)
            counters.Increment(CountedEvent.PaymentsCreated);
        await WriteCreatedAsync(context, created);
    }

    public async Task CreateRefundAsync(HttpContext context)
    {
        if (await ReadAsync(context, _ => RequestBodies.Refund) is not { } sent)
            return;

        var created = transactions.TryRefund(Id(context), sent);
        if (created.Transaction is not null)
            counters.Increment(CountedEvent.RefundsCreated);
        await WriteCreatedAsync(context, created);
    }

    public Task ReadAsync(HttpContext context) => transactions.Find(TransactionKind.PaymentRequest, Id(context)) is { } found
        ? JsonBody.WriteAsync(context, StatusCodes.Status200OK, writer.ToJson(found))
        : WriteNotFoundAsync(context);

    /// <summary>Cancels a payment request. The allowed statuses and the response are assumptions.</summary>
    public Task CancelAsync(HttpContext context) =>
        transactions.TryApply(TransactionKind.PaymentRequest, Id(context), TransactionAction.Cancel) switch
        {
            { Transaction: { } cancelled } => JsonBody.WriteAsync(context, StatusCodes.Status200OK, writer.ToJson(cancelled)),
            { Violation: { } violation } => errors.WriteBadRequestAsync(context, violation),
            _ => WriteNotFoundAsync(context),
        };

    /// <summary>Lists payment requests, as <see cref="Assumption.List"/> describes.</summary>
    public Task ListAsync(HttpContext context)
    {
        var query = context.Request.Query;
        var found = transactions.List(TransactionKind.PaymentRequest)
            .Where(request => !query.ContainsKey("merchantTransactionId")
                || query["merchantTransactionId"] == Rule.Text(request.Sent["merchantTransactionId"]))
            .Where(request => !query.ContainsKey("status")
                || string.Equals(query["status"], request.StatusName, StringComparison.OrdinalIgnoreCase))
            .Select(request => (JsonNode)writer.ToJson(request));
        return JsonBody.WriteAsync(context, StatusCodes.Status200OK, new JsonObject { ["paymentRequests"] = new JsonArray([.. found]) });
    }

    private static string Id(HttpContext context) => (string)context.GetRouteValue("id")!;

    /// <returns>The valid body of the request; null if the response is already written.</returns>
    private async Task<JsonObject?> ReadAsync(HttpContext context, Func<JsonObject, ObjectRules> rulesOf)
    {
        if (await JsonBody.ReadObjectAsync(context) is not { } sent)
        {
            await errors.WriteBadRequestAsync(context, new(null, "the body is not a valid JSON object", Source.Errors));
            return null;
        }

        if (options.Assumes(Assumption.StringAmounts))
            ConvertAmount(sent);
        if (rulesOf(sent).FindViolation(sent) is not { } violation)
            return sent;

        await errors.WriteBadRequestAsync(context, violation);
        return null;
    }

    private static void ConvertAmount(JsonObject sent)
    {
        if (decimal.TryParse(Rule.Text(sent["amount"]), NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount))
            sent["amount"] = amount;
    }

    private Task WriteCreatedAsync(HttpContext context, TransactionChange created) => created switch
    {
        { Transaction: { } transaction } => JsonBody.WriteAsync(context, StatusCodes.Status201Created, writer.ToJson(transaction)),
        { Violation: { } violation } => errors.WriteBadRequestAsync(context, violation),
        _ => WriteNotFoundAsync(context),
    };

    private Task WriteNotFoundAsync(HttpContext context) => errors.WriteNotFoundAsync(context, "There is no payment request with this id.");
}
