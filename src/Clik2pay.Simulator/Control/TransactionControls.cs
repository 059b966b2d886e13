using System.Text.Json.Nodes;
using Clik2pay.Simulator.Common;
using Clik2pay.Simulator.Rules;
using Clik2pay.Simulator.Transactions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Clik2pay.Simulator.Control;

/// <summary>The part of the control API that acts for the payer, the recipient or the bank, and lists all transactions.</summary>
internal sealed class TransactionControls(TransactionStore transactions, TransactionWriter writer)
{
    private static readonly (string Path, TransactionAction Action)[] Actions =
    [
        ("follow-link", TransactionAction.FollowLink), ("pay", TransactionAction.Pay), ("fail", TransactionAction.Fail),
        ("settle", TransactionAction.Settle),
    ];

    public void Map(IEndpointRouteBuilder control)
    {
        foreach (var kind in Enum.GetValues<TransactionKind>())
        {
            var path = kind.ResourceType() + "s";
            control.MapGet(path, context => ListAsync(context, kind));
            foreach (var (name, action) in Actions.Where(action => Transition.Of(kind, action.Action).Count > 0))
                control.MapPost($"{path}/{{id}}/{name}", context => ApplyAsync(context, kind, action));
        }
    }

    private Task ListAsync(HttpContext context, TransactionKind kind)
    {
        var items = new JsonArray([.. transactions.List(kind).Select(ToItem)]);
        return JsonBody.WriteAsync(context, StatusCodes.Status200OK, new JsonObject { ["items"] = items });
    }

    private JsonNode ToItem(Transaction transaction)
    {
        var item = writer.ToJson(transaction);
        if (transaction.RefundOf is { } id)
            item["paymentRequestId"] = id;
        return item;
    }

    private async Task ApplyAsync(HttpContext context, TransactionKind kind, TransactionAction action)
    {
        decimal? amount = null;
        if (context.Features.GetRequiredFeature<IHttpRequestBodyDetectionFeature>().CanHaveBody)
        {
            if (await JsonBody.ReadObjectAsync(context) is not { } body)
            {
                await WriteErrorAsync(context, StatusCodes.Status400BadRequest, "The body is not a valid JSON object.");
                return;
            }

            amount = Rule.Number(body["amount"]);
            if (body.Count > 0 && (action is not TransactionAction.Pay || body.Count > 1 || amount is null))
            {
                const string error = "The only valid field is amount, which must be a number. Only the action pay accepts it.";
                await WriteErrorAsync(context, StatusCodes.Status400BadRequest, error);
                return;
            }
        }

        var id = (string)context.GetRouteValue("id")!;
        await (transactions.TryApply(kind, id, action, amount) switch
        {
            { Transaction: { } changed } => JsonBody.WriteAsync(context, StatusCodes.Status200OK, writer.ToJson(changed)),
            { Violation.Problem: { } problem } => WriteErrorAsync(
                context, StatusCodes.Status409Conflict, $"{char.ToUpperInvariant(problem[0])}{problem[1..]}."),
            _ => WriteErrorAsync(context, StatusCodes.Status404NotFound, $"There is no {kind.DisplayName()} with this id."),
        });
    }

    private static Task WriteErrorAsync(HttpContext context, int status, string message) =>
        JsonBody.WriteAsync(context, status, new JsonObject { ["message"] = message });
}
