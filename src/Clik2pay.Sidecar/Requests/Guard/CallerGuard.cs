using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Requests.Headers;
using Clik2pay.Sidecar.Requests.Problems;
using Clik2pay.Sidecar.Requests.State;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.Primitives;

namespace Clik2pay.Sidecar.Requests.Guard;

/// <summary>
/// Refuses, before anything else happens, what no caller of ours sends. What gets past it has one allowed method, one meaning, and an end
/// that every server sees at the same byte. SECURITY.md says which attack each rule is for.
/// </summary>
internal sealed class CallerGuard(RequestDelegate next, SidecarOptions options, CallerToken callerToken, RequestMetrics metrics)
{
    private const string AllowedMethods = "GET, HEAD, POST, PUT, PATCH, DELETE";

    private static readonly Refusal CrossSite = Refusal.CallerRefused(RejectionReason.CrossSite,
        "A browser sent this request for a web page (Origin or Sec-Fetch-Site). The sidecar serves programs; call it from your server.");

    private static readonly Refusal Method = new(StatusCodes.Status405MethodNotAllowed, ErrorCode.BadRequest, RejectionReason.Method,
        $"The method is not forwarded. Allowed are {AllowedMethods}, in capital letters.");

    private static readonly Refusal AmbiguousTarget = Refusal.BadRequest(RejectionReason.Target,
        "The request target is ambiguous. It contains a control character, a space or a fragment, or its path contains a dot segment, a "
        + "backslash, a broken escape or overlong UTF-8, as written or after decoding. Remove them; in the query, percent-encode them.");

    private static readonly Refusal Upgrade = Refusal.BadRequest(RejectionReason.Upgrade,
        "The connection cannot be upgraded to another protocol. Send the request without the header Upgrade.");

    private static readonly Refusal TwoLengths = Refusal.BadRequest(RejectionReason.Framing,
        "The length of the request's body is said twice (Content-Length, Transfer-Encoding or a look-alike), or by Transfer-Encoding in HTTP/1.0. Say it once (RFC 9112, section 6.1).");

    private static readonly Refusal UnknownCoding = new(StatusCodes.Status501NotImplemented, ErrorCode.BadRequest, RejectionReason.Framing,
        "The Transfer-Encoding is not understood. Send chunked alone; a compressed body is named in Content-Encoding.");

    private static readonly Refusal OddHeader = Refusal.BadRequest(RejectionReason.Header,
        "A header has a name that is no token or a value with control characters (RFC 9110, section 5.5). Remove them.");

    private static readonly Refusal NoCallerToken = Refusal.CallerRefused(RejectionReason.CallerToken,
        $"The header {SidecarHeaders.CallerToken} is missing or wrong. Send the value of Sidecar:CallerToken, or what is in the file of Sidecar:CallerTokenFile.");

    /// <summary>A Host of somebody else means that a web page's own name was pointed at this machine (DNS rebinding).</summary>
    private readonly Refusal otherHost = Refusal.CallerRefused(RejectionReason.Host,
        $"The Host header names none of the allowed hosts ({string.Join(", ", options.AllowedHosts)}). Call the sidecar by one of them, or add the name to Sidecar:AllowedHosts.");

    private static readonly HeaderNames Framing = new(["Content-Length", "Transfer-Encoding"]);

    public Task InvokeAsync(HttpContext context)
    {
        if (Validate(context) is not { } refusal)
            return next(context);

        if (refusal.Status == StatusCodes.Status405MethodNotAllowed)
            context.Response.Headers.Allow = AllowedMethods;

        return refusal.RespondAsync(context, metrics);
    }

    private Refusal? Validate(HttpContext context)
    {
        var (request, headers) = (context.Request, context.Request.Headers);

        if (headers.Origin.Count > 0 || IsFromAPage(headers["Sec-Fetch-Site"]))
            return CrossSite;

        // Exactly so: a server that does not mind the case would take "trace" for TRACE.
        if (request.Method is not ("GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE"))
            return Method;

        if (!IsAllowed(headers.Host))
            return otherHost;

        // It goes upstream as it came, right behind the provider's host: only one that begins with a slash leaves that host what it is.
        if (context.Features.Get<IHttpRequestFeature>()?.RawTarget is not ['/', ..] target)
            return Refusal.NotAPath;

        if (RequestTarget.IsAmbiguous(target))
            return AmbiguousTarget;

        // After a 101 the caller would own a connection on which nothing is stripped or injected. To h2c nobody has to agree (RFC 9110,
        // section 7.8), and Java's client offers it with every first request.
        if (headers.Upgrade.Count > 0 && !Is(headers.Upgrade, "h2c"))
            return Upgrade;

        if (headers.TransferEncoding.Count > 0)
        {
            // The server has put a contradicted Content-Length aside under this name.
            if (request.Protocol != HttpProtocol.Http11 || headers.ContentLength is not null || headers.ContainsKey("X-Content-Length"))
                return TwoLengths;

            if (!Is(headers.TransferEncoding, "chunked"))
                return UnknownCoding;
        }

        if (headers.ContentLength > 0 && request.Method is ("GET" or "HEAD"))
            return Refusal.BodyNotAllowed;

        using var all = new HeaderSnapshot(headers);
        foreach (var (name, values) in all.Headers)
        {
            if (name.AsSpan().ContainsAnyExcept(HeaderNames.TokenCharacters) || HasControlCharacters(values))
                return OddHeader;

            if (Framing.Find(name) is { } header && !name.Equals(header, StringComparison.OrdinalIgnoreCase))
                return TwoLengths;
        }

        return callerToken.Accepts(headers[SidecarHeaders.CallerToken]) ? null : NoCallerToken;
    }

    /// <summary>By its name alone, whatever the port (RFC 9110, section 7.2; the server has seen to its form).</summary>
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

    private static bool IsFromAPage(StringValues site) => site.Count > 0 && !Is(site, "none");

    private static bool Is(StringValues values, string only) => values.Count == 1 && values[0].AsSpan().Trim().Equals(only, StringComparison.OrdinalIgnoreCase);

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
