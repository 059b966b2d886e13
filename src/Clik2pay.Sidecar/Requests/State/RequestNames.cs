using Clik2pay.Sidecar.Requests.Headers;

namespace Clik2pay.Sidecar.Requests.State;

/// <summary>Describes a request in metrics, spans and the access log by names of the sidecar, never by text of the caller.</summary>
internal static class RequestNames
{
    /// <summary>The error type of a request whose caller closed the connection before the response was complete.</summary>
    public const string CallerGone = "caller_gone";

    /// <summary>A method that everybody knows, or <c>_OTHER</c>.</summary>
    public static string KnownMethod(this HttpRequest request) =>
        request.Method is "GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE" or "OPTIONS" or "TRACE" or "CONNECT" ? request.Method : "_OTHER";

    /// <summary>Of HTTP/1, which is all that is served.</summary>
    public static string ProtocolVersion(this HttpRequest request) => request.Protocol == HttpProtocol.Http11 ? "1.1" : "1.0";

    /// <summary>As <c>proxy.json</c> has it; null when the request came to none. What answers those, the fallback, is no route.</summary>
    public static string? RoutePattern(this HttpContext context) => context.GetEndpoint() is RouteEndpoint { Order: < int.MaxValue } route ? route.RoutePattern.RawText : null;

    /// <returns>
    /// Why the provider's response was not returned completely: an error code or <see cref="CallerGone"/>. Null if it was.
    /// </returns>
    public static string? SidecarError(this HttpContext context) =>
        Exchange.Of(context).IsAbandoned ? CallerGone
        : context.Response.Headers[SidecarHeaders.Error].ToString() is { Length: > 0 } code ? code
        : null;
}
