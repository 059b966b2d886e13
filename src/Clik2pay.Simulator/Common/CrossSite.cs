using Microsoft.AspNetCore.Http;

namespace Clik2pay.Simulator.Common;

/// <summary>
/// Recognizes requests that a page of another site makes in a person's browser. Such a page must not be able to pay or to change the
/// simulator.
/// </summary>
internal static class CrossSite
{
    /// <summary>
    /// Whether a browser reports that another site made the request. Browsers send Sec-Fetch-Site only to local and https addresses, so
    /// the check includes Origin.
    /// </summary>
    public static bool IsFromOtherSite(HttpRequest request)
    {
        var site = request.Headers["Sec-Fetch-Site"].ToString();
        var origin = request.Headers.Origin.ToString();
        return site is not ("" or "same-origin" or "none") || (origin.Length > 0 && origin != $"{request.Scheme}://{request.Host}");
    }
}
