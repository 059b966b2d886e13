namespace Clik2pay.Sidecar.Telemetry;

/// <summary>What a request is called where it is told of: by names that are ours, never by words of the caller's.</summary>
internal static class RequestNames
{
    /// <summary>A method that everybody knows, or <c>_OTHER</c>.</summary>
    public static string KnownMethod(this HttpRequest request) =>
        request.Method is "GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE" or "OPTIONS" or "TRACE" or "CONNECT" ? request.Method : "_OTHER";

    /// <summary>Of HTTP/1, which is all that is served.</summary>
    public static string ProtocolVersion(this HttpRequest request) => request.Protocol == HttpProtocol.Http11 ? "1.1" : "1.0";

    /// <summary>As <c>proxy.json</c> has it; null when the request came to none. What answers those, the fallback, is no route.</summary>
    public static string? RoutePattern(this HttpContext context) => context.GetEndpoint() is RouteEndpoint { Order: < int.MaxValue } route ? route.RoutePattern.RawText : null;
}
