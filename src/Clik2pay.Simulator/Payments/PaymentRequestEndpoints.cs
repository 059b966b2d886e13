using System.Text.Json.Nodes;
using Clik2pay.Simulator.Common;
using Clik2pay.Simulator.Counting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Clik2pay.Simulator.Payments;

/// <summary>The endpoints for payment requests and payments.</summary>
internal static class PaymentRequestEndpoints
{
    private const string InvalidAmount = "amount: a positive number with at most two decimals is required";
    private const string InvalidBody = "the body is not a JSON object";

    public static async Task CreateAsync(HttpContext context, PaymentRequestStore requests, Counters counters)
    {
        if (await JsonBody.ReadObjectAsync(context) is not { } sent)
        {
            await WriteBadRequestAsync(context, InvalidBody);
        }
        else if (PaymentRequestRules.FindError(sent) is { } error)
        {
            await WriteBadRequestAsync(context, error);
        }
        else if (requests.TryCreate(sent, PaymentRequestRules.Amount(sent)!.Value) is not { } created)
        {
            await WriteBadRequestAsync(context, "merchantTransactionId: already used");
        }
        else
        {
            counters.Increment(CountedEvent.PaymentRequestsCreated);
            context.Response.Headers.Location = $"/open/v1/payment-requests/{created.Id}";
            await JsonBody.WriteAsync(context, StatusCodes.Status201Created, created.ToJson());
        }
    }

    public static Task ReadAsync(HttpContext context, PaymentRequestStore requests) => requests.Find(Id(context)) is { } found
        ? JsonBody.WriteAsync(context, StatusCodes.Status200OK, found.ToJson())
        : WriteNotFoundAsync(context);

    public static Task ListAsync(HttpContext context, PaymentRequestStore requests)
    {
        var found = requests.List().Where(request => Matches(context.Request.Query, request)).Select(request => (JsonNode)request.ToJson());
        return JsonBody.WriteAsync(context, StatusCodes.Status200OK, new JsonObject { ["paymentRequests"] = new JsonArray([.. found]) });
    }

    /// <summary>Sets the status to Paid or Cancelled. Both require the current status Created.</summary>
    public static async Task ChangeStatusAsync(HttpContext context, PaymentRequestStore requests, PaymentRequestStatus status) =>
        await WriteChangeAsync(
            context,
            requests.TryChange(
                Id(context), request => request.Status == PaymentRequestStatus.Created ? request with { Status = status } : null),
            StatusCodes.Status200OK,
            $"the current status does not allow a change to {status.ToString().ToUpperInvariant()}");

    /// <summary>Refunds the amount in the body. Without an amount, refunds the amount that is left.</summary>
    public static async Task RefundAsync(HttpContext context, PaymentRequestStore requests)
    {
        var hasBody = context.Features.GetRequiredFeature<IHttpRequestBodyDetectionFeature>().CanHaveBody;
        if ((hasBody ? await JsonBody.ReadObjectAsync(context) : []) is not { } body)
        {
            await WriteBadRequestAsync(context, InvalidBody);
            return;
        }

        var amount = PaymentRequestRules.Amount(body);
        if (body.ContainsKey("amount") && amount is null)
        {
            await WriteBadRequestAsync(context, InvalidAmount);
            return;
        }

        await WriteChangeAsync(
            context,
            requests.TryChange(Id(context), request => Refund(request, amount)),
            StatusCodes.Status201Created,
            "a refund requires the status PAID and an amount that has not been refunded yet");
    }

    /// <summary>Sends a payment to a recipient.</summary>
    public static async Task CreatePaymentAsync(HttpContext context, Counters counters)
    {
        if (await JsonBody.ReadObjectAsync(context) is not { } sent || PaymentRequestRules.Amount(sent) is null)
        {
            await WriteBadRequestAsync(context, InvalidAmount);
            return;
        }

        counters.Increment(CountedEvent.PaymentsCreated);
        sent["id"] = Identifier.New();
        sent["status"] = "CREATED";
        await JsonBody.WriteAsync(context, StatusCodes.Status201Created, sent);
    }

    private static bool Matches(IQueryCollection query, PaymentRequest request) =>
        (!query.ContainsKey("merchantTransactionId") || query["merchantTransactionId"] == request.MerchantTransactionId)
        && (!query.ContainsKey("status")
            || string.Equals(query["status"], request.Status.ToString(), StringComparison.OrdinalIgnoreCase));

    private static PaymentRequest? Refund(PaymentRequest request, decimal? amount)
    {
        var rest = request.Amount - request.Refunded;
        var refund = amount ?? rest;
        if (request.Status != PaymentRequestStatus.Paid || refund > rest)
            return null;

        return request with
        {
            Refunded = request.Refunded + refund,
            Status = refund == rest ? PaymentRequestStatus.Refunded : PaymentRequestStatus.Paid,
        };
    }

    private static Task WriteChangeAsync(
        HttpContext context, (bool Exists, PaymentRequest? Changed) result, int status, string error) => result switch
        {
            (false, _) => WriteNotFoundAsync(context),
            (_, { } changed) => JsonBody.WriteAsync(context, status, changed.ToJson()),
            _ => WriteBadRequestAsync(context, error),
        };

    private static string Id(HttpContext context) => (string)context.GetRouteValue("id")!;

    private static Task WriteBadRequestAsync(HttpContext context, string message) =>
        Gateway.WriteErrorAsync(context, StatusCodes.Status400BadRequest, "BadRequestException", message);

    private static Task WriteNotFoundAsync(HttpContext context) =>
        Gateway.WriteErrorAsync(context, StatusCodes.Status404NotFound, "NotFoundException", "Payment request not found");
}
