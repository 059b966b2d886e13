using System.Net;
using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Administration;

/// <summary>
/// Keeps web pages of others from reading along: those that a browser shows with an Origin of theirs, and on loopback those whose own name
/// was pointed at this machine (DNS rebinding). Elsewhere kubelet and Prometheus come with whatever name they know.
/// </summary>
internal sealed class AdminGuard(SidecarOptions options)
{
    private static readonly string[] LoopbackHosts = ["localhost", "127.0.0.1", "[::1]"];

    private readonly bool isOnLoopback = options.Admin.EndPoint is not IPEndPoint { Address: var address } || IPAddress.IsLoopback(address);

    /// <returns>The status and the sentence of the refusal; null when there is none.</returns>
    public (int Status, string Reason)? Judge(HttpRequest request) => request switch
    {
        _ when !HttpMethods.IsGet(request.Method) && !HttpMethods.IsHead(request.Method) =>
            (StatusCodes.Status405MethodNotAllowed, "Only GET and HEAD are answered here."),
        _ when IsFromAnothersPage(request.Headers) =>
            (StatusCodes.Status403Forbidden, "A browser sent this request for a web page of somebody else (Origin or Sec-Fetch-Site)."),
        _ when isOnLoopback && !IsOurs(request.Host.Host) =>
            (StatusCodes.Status403Forbidden, "The Host header names somebody else. Use localhost, 127.0.0.1, or a name of Sidecar:AllowedHosts."),
        _ => null,
    };

    private bool IsOurs(string host) => LoopbackHosts.Concat(options.AllowedHosts).Contains(host, StringComparer.OrdinalIgnoreCase);

    /// <summary>A link on another page may lead here: what it opens is not that page's to read.</summary>
    private static bool IsFromAnothersPage(IHeaderDictionary headers) =>
        headers.Origin.Count > 0 || (headers["Sec-Fetch-Site"].ToString() is not ("" or "none" or "same-origin") && headers["Sec-Fetch-Mode"] != "navigate");
}
