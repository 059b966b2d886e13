using System.Buffers;
using Clik2pay.Sidecar.Requests.Operations;
using Clik2pay.Sidecar.Requests.Problems;
using Clik2pay.Sidecar.Requests.State;
using Microsoft.Extensions.Primitives;

namespace Clik2pay.Sidecar.Requests.DuplicatePayments;

/// <summary>
/// Refuses creates and payments without a valid <c>merchantTransactionId</c>. Without this id, nobody can find out whether a payment that
/// timed out happened, and a retry may pay twice. The body is read and not changed.
/// </summary>
internal sealed class DuplicatePaymentGuard(RequestDelegate next, FailureResponder failures)
{
    private static readonly string Advice =
        $"Add {MerchantTransactionId.Name} with {MerchantTransactionId.MinLength} to {MerchantTransactionId.MaxLength} characters to the "
        + "JSON object, once and as a string, so that you can find out whether a timed-out payment happened. "
        + "Sidecar:RequireMerchantTransactionId requires this.";

    private static readonly Problem NoId = Refuse($"The body is not a JSON object with a valid {MerchantTransactionId.Name}. {Advice}");

    private static readonly Problem Streamed = Refuse(
        "The body is larger than 64 KiB, so the sidecar cannot check it for a "
        + $"{MerchantTransactionId.Name}. Send a smaller body. {Advice}");

    private static readonly Problem Encoded = Refuse(
        "The body has a Content-Encoding, or a charset other than UTF-8, so the sidecar cannot check it for a "
        + $"{MerchantTransactionId.Name}. Send the JSON in UTF-8, without compression. {Advice}");

    private static readonly Problem Overridden = Refuse(
        "The request has a header or query parameter that can change the method or the path at the provider, so the sidecar cannot "
        + "recognize payments. Remove it. The section Overrides of docs/reference/callers.md lists the names. "
        + "Sidecar:RequireMerchantTransactionId requires this.");

    private static readonly SearchValues<char> EndsOfCharset = SearchValues.Create(" \t;,\"'");

    public Task InvokeAsync(HttpContext context) =>
        Validate(context) is { } problem ? failures.RespondAsync(context, problem) : next(context);

    private static Problem? Validate(HttpContext context)
    {
        var (request, exchange) = (context.Request, Exchange.Of(context));
        var target = exchange.Target;
        if (OperationOverride.IsIn(request.Headers, target))
            return Overridden;

        if (request.Method is not "POST" || !PaymentTarget.IsPossible(target))
            return null;

        if (exchange.HasStreamedBody)
            return Streamed;

        if (request.Headers.ContentEncoding.Count > 0 || !IsUtf8(request.Headers.ContentType))
            return Encoded;

        return exchange.Body is { } body && MerchantTransactionId.IsValidIn(body.Span) ? null : NoId;
    }

    /// <summary>
    /// Whether each charset in the header is UTF-8. JSON is always UTF-8 (RFC 8259, section 8.1), but a server that applies another charset
    /// could read other members.
    /// </summary>
    private static bool IsUtf8(StringValues contentType)
    {
        const string charset = "charset";
        foreach (var value in contentType)
        {
            var rest = value.AsSpan();
            while (rest.IndexOf(charset, StringComparison.OrdinalIgnoreCase) is >= 0 and var start)
            {
                rest = rest[(start + charset.Length)..];
                var name = rest.TrimStart(" \t=\"'");
                var end = name.IndexOfAny(EndsOfCharset);
                name = end < 0 ? name : name[..end];
                if (!name.Equals("utf-8", StringComparison.OrdinalIgnoreCase) && !name.Equals("utf8", StringComparison.OrdinalIgnoreCase))
                    return false;
            }
        }

        return true;
    }

    private static Problem Refuse(string detail) => Refusals.Create(
        StatusCodes.Status400BadRequest, ErrorCode.MerchantTransactionIdRequired, RefusalReason.MerchantTransactionId, detail);
}
