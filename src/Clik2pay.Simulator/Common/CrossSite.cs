using Microsoft.AspNetCore.Http;

namespace Clik2pay.Simulator.Common;

/// <summary>
/// Detects requests from web pages of other sites. Such pages must not be able to pay or to change the simulator.
/// </summary>
internal static class CrossSite
{
    /// <summary>
    /// Whether a page of another site made a request that can change something. The browser sets Sec-Fetch-Site, so the header is correct
    /// even behind a proxy that changes the host. Browsers send the header only to local and https addresses. If it is missing, Origin
    /// must match the address.
    /// </summary>
    public static bool IsRefused(HttpRequest request)
    {
        if (HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method))
            return false;

        var site = request.Headers["Sec-Fetch-Site"].ToString();
        if (site.Length > 0)
            return site is not ("same-origin" or "none");

        var origin = request.Headers.Origin.ToString();
        return origin.Length > 0 && origin != $"{request.Scheme}://{request.Host}";
    }
}
