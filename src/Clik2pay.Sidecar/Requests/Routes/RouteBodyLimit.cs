using Microsoft.AspNetCore.Http.Features;

namespace Clik2pay.Sidecar.Requests.Routes;

/// <summary>
/// Applies the MaxRequestBodySize of a route before the body is read. YARP's own middleware runs too late, after the pipeline that the
/// sidecar defines.
/// </summary>
internal sealed class RouteBodyLimit(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context)
    {
        if (context.GetReverseProxyFeature().Route.Config.MaxRequestBodySize is { } limit)
            context.Features.GetRequiredFeature<IHttpMaxRequestBodySizeFeature>().MaxRequestBodySize = limit;

        return next(context);
    }
}
