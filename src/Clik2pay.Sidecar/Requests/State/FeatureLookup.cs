using Microsoft.AspNetCore.Http.Features;

namespace Clik2pay.Sidecar.Requests.State;

/// <summary>
/// Finds features of a request without <c>IFeatureCollection.Get</c>. This method is a generic interface method, so a native program
/// looks up its code in a hash table at each call.
/// </summary>
internal static class FeatureLookup
{
    public static T? Find<T>(this IFeatureCollection features)
        where T : class => (T?)features[typeof(T)];

    /// <summary>
    /// Whether the request can have a body. False if the request has no Transfer-Encoding, and its Content-Length is 0 or absent.
    /// </summary>
    public static bool CanHaveBody(this HttpContext context) =>
        context.Features.Find<IHttpRequestBodyDetectionFeature>() is not { CanHaveBody: false };
}
