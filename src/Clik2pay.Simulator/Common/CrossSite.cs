using Microsoft.AspNetCore.Http;

namespace Clik2pay.Simulator.Common;

/// <summary>
/// Recognizes requests that a page of another site makes in a person's browser. Such a page must not be able to pay or to change the
/// simulator.
/// </summary>
internal static class CrossSite
{
    /// <summary>
    /// Whether a page of another site made a request that can change something. The browser sets Sec-Fetch-Site from the addresses that it
    /// uses itself, so a proxy that changes the host does not matter. Browsers send the header only to local and https addresses. Without
    /// the header, Origin must match the address.
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
