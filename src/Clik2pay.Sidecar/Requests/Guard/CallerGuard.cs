using Clik2pay.Sidecar.Requests.Headers;
using Clik2pay.Sidecar.Requests.Problems;
using Clik2pay.Sidecar.Requests.RequestLine;
using Clik2pay.Sidecar.Requests.State;
using Microsoft.Extensions.Primitives;

namespace Clik2pay.Sidecar.Requests.Guard;

/// <summary>
/// Refuses requests that no valid caller sends. An accepted request has an allowed method and one meaning, and ends at the same byte for
/// every server. docs/reference/http.md lists the attack that each rule prevents.
/// </summary>
internal sealed class CallerGuard(RequestDelegate next, CallerOptions options, CallerToken callerToken, FailureResponder failures)
{
    private static readonly string AllowedMethods = string.Join(", ", ForwardedMethods.All);

    private static readonly Problem CrossSite = Refusals.CallerRefused(RefusalReason.CrossSite,
        "A browser sent this request for a web page (Origin or Sec-Fetch-Site). Call the sidecar from your server.");

    private static readonly Problem Method = Refusals.Create(
        StatusCodes.Status405MethodNotAllowed, ErrorCode.BadRequest, RefusalReason.Method,
        $"The method is not forwarded. Use one of {AllowedMethods}, in capital letters.", AllowedMethods);

    private static readonly Problem AmbiguousTarget = Refusals.BadRequest(RefusalReason.Target,
        "The request target is ambiguous. It contains a control character, a space or a fragment, or its path contains a dot segment, a "
        + "backslash, a broken escape or overlong UTF-8, as written or after decoding. Remove them; in the query, percent-encode them.");

    private static readonly Problem Upgrade = Refusals.BadRequest(RefusalReason.Upgrade,
        "The connection cannot be upgraded to another protocol. Send the request without an Upgrade header.");

    private static readonly Problem TwoLengths = Refusals.BadRequest(RefusalReason.Framing,
        "The length of the request's body is ambiguous. Send either Content-Length or, in HTTP/1.1, Transfer-Encoding, and no header with "
        + "a similar name (RFC 9112, section 6.1).");

    private static readonly Problem UnknownCoding = Refusals.Create(
        StatusCodes.Status501NotImplemented, ErrorCode.BadRequest, RefusalReason.Framing,
        "The Transfer-Encoding is not supported. Send only chunked, and declare a compressed body in Content-Encoding.");

    private static readonly Problem InvalidHeader = Refusals.BadRequest(RefusalReason.Header,
        "The name of a header is not a token, or its value contains control characters (RFC 9110, section 5.5). Remove them.");

    private static readonly Problem NoCallerToken = Refusals.CallerRefused(RefusalReason.CallerToken,
        $"The header {SidecarHeaders.CallerToken} is missing or wrong. Send the value of Sidecar:CallerToken or of the file in "
        + "Sidecar:CallerTokenFile.");

    private static readonly HeaderNames Framing = new(["Content-Length", "Transfer-Encoding"]);

    /// <summary>
    /// A request with another Host may come from a web page that has pointed its own name to this machine (DNS rebinding).
    /// </summary>
    private readonly Problem otherHost = Refusals.CallerRefused(RefusalReason.Host,
        $"The Host header is not an allowed host ({string.Join(", ", options.AllowedHosts)}). Call the sidecar by one of these, or add the "
        + "name to Sidecar:AllowedHosts.");

    public Task InvokeAsync(HttpContext context) =>
        Validate(context) is { } problem ? failures.RespondAsync(context, problem) : next(context);

    private Problem? Validate(HttpContext context)
    {
        var (request, headers) = (context.Request, context.Request.Headers);

        if (headers.Origin.Count > 0 || IsFromWebPage(headers["Sec-Fetch-Site"]))
            return CrossSite;

        if (!ForwardedMethods.Contains(request.Method))
            return Method;

        if (!IsAllowed(headers.Host))
            return otherHost;

        // The target is appended to the provider's host. Without a leading slash, the target would change the host.
        if (Exchange.Of(context).Target is not ['/', ..] target)
            return Refusals.NotAPath;

        if (RequestTarget.IsAmbiguous(target))
            return AmbiguousTarget;

        // After a 101, nothing on the connection would be stripped or injected. An offer of h2c can be ignored (RFC 9110, section 7.8).
        // Java's HTTP client makes this offer in its first request.
        if (headers.Upgrade.Count > 0 && !Is(headers.Upgrade, "h2c"))
            return Upgrade;

        if (headers.TransferEncoding.Count > 0)
        {
            // If a request has Transfer-Encoding and Content-Length, the server renames the latter to X-Content-Length.
            if (request.Protocol != HttpProtocol.Http11 || headers.ContentLength is not null || headers.ContainsKey("X-Content-Length"))
                return TwoLengths;

            if (!Is(headers.TransferEncoding, "chunked"))
                return UnknownCoding;
        }

        if (headers.ContentLength > 0 && request.Method is ("GET" or "HEAD"))
            return Refusals.BodyNotAllowed;

        using var all = new HeaderSnapshot(headers);
        foreach (var (name, values) in all.Headers)
        {
            if (name.AsSpan().ContainsAnyExcept(HeaderNames.TokenCharacters) || HasControlCharacters(values))
                return InvalidHeader;

            if (Framing.Find(name) is { } header && !name.Equals(header, StringComparison.OrdinalIgnoreCase))
                return TwoLengths;
        }

        return callerToken.Accepts(headers[SidecarHeaders.CallerToken]) ? null : NoCallerToken;
    }

    /// <summary>Compares the name without the port (RFC 9110, section 7.2). The server has validated the syntax.</summary>
    private bool IsAllowed(StringValues host)
    {
        var name = host.Count == 1 ? NameOf(host[0]) : default;
        for (var i = 0; i < options.AllowedHosts.Count; i++)
        {
            if (name.Equals(options.AllowedHosts[i], StringComparison.OrdinalIgnoreCase))
                return true;
        }

        return false;
    }

    private static ReadOnlySpan<char> NameOf(ReadOnlySpan<char> host)
    {
        var colon = host.LastIndexOf(':');
        return colon < 0 || host[colon..].Contains(']') ? host : host[..colon];
    }

    private static bool IsFromWebPage(StringValues site) => site.Count > 0 && !Is(site, "none");

    private static bool Is(StringValues values, string only) =>
        values.Count == 1 && values[0].AsSpan().Trim().Equals(only, StringComparison.OrdinalIgnoreCase);

    private static bool HasControlCharacters(StringValues values)
    {
        foreach (var value in values)
        {
            if (value.AsSpan().ContainsAny(ControlCharacters.InHeaderValues))
                return true;
        }

        return false;
    }
}
