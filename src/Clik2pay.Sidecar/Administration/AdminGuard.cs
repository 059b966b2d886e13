using System.Net;
using Clik2pay.Sidecar.Hosting;

namespace Clik2pay.Sidecar.Administration;

/// <summary>
/// Keeps web pages of others from reading along: those that a browser shows with an Origin of theirs, and on loopback those whose own name
/// was pointed at this machine (DNS rebinding). Elsewhere kubelet and Prometheus come with whatever name they know. Commands are accepted
/// only from this machine, and only if <c>Sidecar:AllowQuit</c> is true.
/// </summary>
internal sealed class AdminGuard(SidecarOptions options)
{
    /// <summary>The path of the command that stops the sidecar.</summary>
    public const string QuitPath = "/quitquitquit";

    /// <summary>The path of the command that obtains a new access token.</summary>
    public const string RefreshPath = "/tokens/refresh";

    private static readonly string[] LoopbackHosts = ["localhost", "127.0.0.1", "[::1]"];

    private readonly bool isOnLoopback = options.Admin.EndPoint is not IPEndPoint { Address: var address } || IPAddress.IsLoopback(address);

    public static bool IsQuit(HttpRequest request) => request.Path == QuitPath;

    public static bool IsRefresh(HttpRequest request) => request.Path == RefreshPath;

    /// <summary>The methods that the path is for.</summary>
    public static string MethodsOf(HttpRequest request) => IsCommand(request) ? "POST" : "GET, HEAD";

    /// <returns>The status and the sentence of the refusal; null when there is none.</returns>
    public (int Status, string Reason)? Validate(HttpRequest request) => request switch
    {
        _ when !MethodsOf(request).Split(", ").Contains(request.Method, StringComparer.Ordinal) =>
            (StatusCodes.Status405MethodNotAllowed, $"This is only for {MethodsOf(request)}."),
        _ when IsFromAnothersPage(request) =>
            (StatusCodes.Status403Forbidden, "A browser sent this request for a web page of somebody else (Origin or Sec-Fetch-Site)."),
        _ when (isOnLoopback || IsCommand(request)) && !IsOurs(request.Host.Host) =>
            (StatusCodes.Status403Forbidden, "The Host header names somebody else. Use localhost, 127.0.0.1, or a name of Sidecar:AllowedHosts."),
        _ when IsCommand(request) && !options.AllowQuit =>
            (StatusCodes.Status403Forbidden,
                $"POST {request.Path} is not permitted. Set Sidecar:AllowQuit=true for the sidecar and restart it."),
        _ when IsCommand(request) && !IsFromThisMachine(request.HttpContext.Connection) =>
            (StatusCodes.Status403Forbidden, $"POST {request.Path} is permitted only over loopback, from the same machine or pod."),
        _ => null,
    };

    /// <summary>Whether the request changes something. All other paths are read-only.</summary>
    private static bool IsCommand(HttpRequest request) => IsQuit(request) || IsRefresh(request);

    private bool IsOurs(string host) => LoopbackHosts.Concat(options.AllowedHosts).Contains(host, StringComparer.OrdinalIgnoreCase);

    /// <summary>A link on another page may lead here: what it opens is not that page's to read.</summary>
    private static bool IsFromAnothersPage(HttpRequest request) =>
        request.Headers.Origin.Count > 0
        || (request.Headers["Sec-Fetch-Site"].ToString() is not ("" or "none" or "same-origin")
            && (IsCommand(request) || request.Headers["Sec-Fetch-Mode"] != "navigate"));

    /// <summary>Both ends: a mesh's proxy comes from loopback too, and not to it. A Unix socket has no address.</summary>
    private static bool IsFromThisMachine(ConnectionInfo connection) =>
        connection.RemoteIpAddress is not { } from || (IPAddress.IsLoopback(from) && IPAddress.IsLoopback(connection.LocalIpAddress!));
}
