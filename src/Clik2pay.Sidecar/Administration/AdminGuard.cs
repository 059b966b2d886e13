using System.Net;
using Clik2pay.Sidecar.Requests.Guard;

namespace Clik2pay.Sidecar.Administration;

/// <summary>
/// Refuses requests that a browser sends for other web pages. On loopback, the Host header must be an allowed host, because a web page can
/// point its own name to this machine (DNS rebinding). On other addresses, read-only requests may have any Host header, because the kubelet
/// and Prometheus use the address of the pod or the name of a Service. Commands are accepted only from this machine, and only if
/// <c>Sidecar:AllowQuit</c> is true.
/// </summary>
internal sealed class AdminGuard(AdministrationOptions options, CallerOptions callers)
{
    /// <summary>The path of the command that stops the sidecar.</summary>
    public const string QuitPath = "/quitquitquit";

    /// <summary>The path of the command that obtains a new access token.</summary>
    public const string RefreshPath = "/tokens/refresh";

    private static readonly string[] LoopbackHosts = ["localhost", "127.0.0.1", "[::1]"];

    private readonly bool isOnLoopback =
        options.Address.EndPoint is not IPEndPoint { Address: var address } || IPAddress.IsLoopback(address);

    public static bool IsQuit(HttpRequest request) => request.Path == QuitPath;

    public static bool IsRefresh(HttpRequest request) => request.Path == RefreshPath;

    /// <summary>The methods that the path allows.</summary>
    public static string MethodsOf(HttpRequest request) => IsCommand(request) ? "POST" : "GET, HEAD";

    /// <returns>The status and the reason of the refusal. Null if the request is accepted.</returns>
    public (int Status, string Reason)? Validate(HttpRequest request) => request switch
    {
        _ when !MethodsOf(request).Split(", ").Contains(request.Method, StringComparer.Ordinal) =>
            (StatusCodes.Status405MethodNotAllowed, $"The method is not allowed. Allowed methods: {MethodsOf(request)}."),
        _ when IsFromOtherPage(request) =>
            (StatusCodes.Status403Forbidden, "Requests from other web pages are refused (Origin or Sec-Fetch-Site header)."),
        _ when (isOnLoopback || IsCommand(request)) && !IsAllowed(request.Host.Host) =>
            (StatusCodes.Status403Forbidden,
                "The Host header does not name the sidecar. Use localhost, 127.0.0.1, or a name in Sidecar:AllowedHosts."),
        _ when IsCommand(request) && !options.AllowQuit =>
            (StatusCodes.Status403Forbidden,
                $"POST {request.Path} is not permitted. Set Sidecar:AllowQuit=true for the sidecar and restart it."),
        _ when IsCommand(request) && !IsFromThisMachine(request.HttpContext.Connection) =>
            (StatusCodes.Status403Forbidden, $"POST {request.Path} is permitted only over loopback, from the same machine or pod."),
        _ => null,
    };

    /// <summary>Whether the request changes something. All other paths are read-only.</summary>
    private static bool IsCommand(HttpRequest request) => IsQuit(request) || IsRefresh(request);

    private bool IsAllowed(string host) => LoopbackHosts.Concat(callers.AllowedHosts).Contains(host, StringComparer.OrdinalIgnoreCase);

    /// <summary>Links on other pages are allowed, because a page cannot read the response to a link.</summary>
    private static bool IsFromOtherPage(HttpRequest request) =>
        request.Headers.Origin.Count > 0
        || (request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "none" or "same-origin")
            && (IsCommand(request) || request.Headers["Sec-Fetch-Mode"] != "navigate"));

    /// <summary>
    /// Both addresses must be loopback. The proxy of a service mesh also connects from a loopback address, but to the address of the pod. A
    /// Unix socket has no addresses.
    /// </summary>
    private static bool IsFromThisMachine(ConnectionInfo connection) =>
        connection.RemoteIpAddress is not { } from || (IPAddress.IsLoopback(from) && IPAddress.IsLoopback(connection.LocalIpAddress!));
}
