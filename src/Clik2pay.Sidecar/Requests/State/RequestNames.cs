namespace Clik2pay.Sidecar.Requests.State;

/// <summary>The names by which metrics, spans and the access log describe a request. They contain no text of the caller.</summary>
internal static class RequestNames
{
    /// <summary>The error type of a request whose caller closed the connection before the response was complete.</summary>
    public const string CallerGone = "caller_gone";

    /// <summary>The method if it is a standard one, otherwise <c>_OTHER</c>.</summary>
    public static string KnownMethod(this HttpRequest request) => request.Method
        is "GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE" or "OPTIONS" or "TRACE" or "CONNECT" ? request.Method : "_OTHER";

    /// <summary><c>1.1</c> or <c>1.0</c>. Other versions are not served.</summary>
    public static string ProtocolVersion(this HttpRequest request) => request.Protocol == HttpProtocol.Http11 ? "1.1" : "1.0";

    /// <summary>The path of the route as written in <c>proxy.json</c>. Null without a route; the fallback is not a route.</summary>
    public static string? RoutePattern(this HttpContext context) =>
        context.GetEndpoint() is RouteEndpoint { Order: < int.MaxValue } route ? route.RoutePattern.RawText : null;
}
