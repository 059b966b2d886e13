using System.Text.Json.Nodes;
using Clik2pay.Simulator.Control;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Routing;

namespace Clik2pay.Simulator.Payments;

/// <summary>What can be done with payment requests, and with payments.</summary>
internal static class PaymentRequestEndpoints
{
    public static async Task CreateAsync(HttpContext context, PaymentRequestBook book, Counters counters)
    {
        if (await Json.ReadObjectAsync(context) is not { } sent)
            await BadRequestAsync(context, "the body is not a JSON object");
        else if (PaymentRequestRules.FindError(sent) is { } error)
            await BadRequestAsync(context, error);
        else if (book.TryCreate(sent, PaymentRequestRules.Amount(sent)!.Value) is not { } created)
            await BadRequestAsync(context, "merchantTransactionId: it has been used before");
        else
        {
            counters.Add(Counted.PaymentRequestsCreated);
            context.Response.Headers.Location = $"/open/v1/payment-requests/{created.Id}";
            await Json.WriteAsync(context, StatusCodes.Status201Created, created.ToJson());
        }
    }

    public static Task ReadAsync(HttpContext context, PaymentRequestBook book) => book.Find(Id(context)) is { } found
        ? Json.WriteAsync(context, StatusCodes.Status200OK, found.ToJson())
        : NotFoundAsync(context);

    public static Task ListAsync(HttpContext context, PaymentRequestBook book)
    {
        var query = context.Request.Query;
        var found = book.List()
            .Where(request => !query.ContainsKey("merchantTransactionId") || query["merchantTransactionId"] == request.MerchantTransactionId)
            .Where(request => !query.ContainsKey("status") || string.Equals(query["status"], request.Status.ToString(), StringComparison.OrdinalIgnoreCase))
            .Select(request => (JsonNode)request.ToJson());
        return Json.WriteAsync(context, StatusCodes.Status200OK, new JsonObject { ["paymentRequests"] = new JsonArray([.. found]) });
    }

    /// <summary>Pays or cancels: both only from the status in which a request was created.</summary>
    public static async Task ChangeAsync(HttpContext context, PaymentRequestBook book, PaymentRequestStatus status) => await RespondAsync(
        context,
        book.TryChange(Id(context), request => request.Status == PaymentRequestStatus.Created ? request with { Status = status } : null),
        StatusCodes.Status200OK,
        $"a payment request cannot become {status.ToString().ToUpperInvariant()} from its status");

    /// <summary>Refunds the whole amount when there is no body, or the part that the body names. A body that cannot be read refunds nothing.</summary>
    public static async Task RefundAsync(HttpContext context, PaymentRequestBook book)
    {
        var hasBody = context.Features.GetRequiredFeature<IHttpRequestBodyDetectionFeature>().CanHaveBody;
        if ((hasBody ? await Json.ReadObjectAsync(context) : []) is not { } body)
        {
            await BadRequestAsync(context, "the body is not a JSON object");
            return;
        }

        if (body.ContainsKey("amount") && PaymentRequestRules.Amount(body) is null)
        {
            await BadRequestAsync(context, "amount: a positive number with at most two decimals is required");
            return;
        }

        await RespondAsync(context, book.TryChange(Id(context), request => Refund(request, PaymentRequestRules.Amount(body))), StatusCodes.Status201Created,
            "only a paid payment request can be refunded, and only up to what is left of its amount");
    }

    /// <summary>Sends money to a recipient.</summary>
    public static async Task PayOutAsync(HttpContext context, Counters counters)
    {
        if (await Json.ReadObjectAsync(context) is not { } sent || PaymentRequestRules.Amount(sent) is null)
        {
            await BadRequestAsync(context, "amount: a positive number with at most two decimals is required");
            return;
        }

        counters.Add(Counted.PaymentsCreated);
        sent["id"] = Identifier.New();
        sent["status"] = "CREATED";
        await Json.WriteAsync(context, StatusCodes.Status201Created, sent);
    }

    private static PaymentRequest? Refund(PaymentRequest request, decimal? amount)
    {
        var left = request.Amount - request.Refunded;
        var refund = amount ?? left;
        if (request.Status != PaymentRequestStatus.Paid || refund > left)
            return null;

        return request with { Refunded = request.Refunded + refund, Status = refund == left ? PaymentRequestStatus.Refunded : PaymentRequestStatus.Paid };
    }

    private static Task RespondAsync(HttpContext context, (bool Exists, PaymentRequest? Changed) result, int status, string whyNot) => result switch
    {
        (false, _) => NotFoundAsync(context),
        (_, { } changed) => Json.WriteAsync(context, status, changed.ToJson()),
        _ => BadRequestAsync(context, whyNot),
    };

    private static string Id(HttpContext context) => (string)context.GetRouteValue("id")!;

    private static Task BadRequestAsync(HttpContext context, string message) => Gateway.RefuseAsync(context, StatusCodes.Status400BadRequest, "BadRequestException", message);

    private static Task NotFoundAsync(HttpContext context) => Gateway.RefuseAsync(context, StatusCodes.Status404NotFound, "NotFoundException", "Payment request not found");
}
