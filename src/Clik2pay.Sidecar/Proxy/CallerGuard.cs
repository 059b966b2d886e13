using Clik2pay.Sidecar.Configuration;
using Microsoft.AspNetCore.Http.Features;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>Refuses, before anything else happens, what no caller of ours sends.</summary>
internal sealed class CallerGuard(RequestDelegate next, SidecarOptions options)
{
    public Task InvokeAsync(HttpContext context)
    {
        // A Host of somebody else means that a web page's own name was pointed at this machine (DNS rebinding).
        if (!options.AllowedHosts.Contains(context.Request.Host.Host, StringComparer.OrdinalIgnoreCase))
        {
            return ProblemAnswer.WriteAsync(context, StatusCodes.Status403Forbidden, ErrorCode.CallerRefused,
                $"The Host header names none of the allowed hosts ({string.Join(", ", options.AllowedHosts)}). Call the sidecar by one of them, or add the name to Sidecar:AllowedHosts.");
        }

        // The target goes upstream as it came, right behind the provider's host: only one that begins with a slash leaves that host what it is.
        if (context.Features.Get<IHttpRequestFeature>()?.RawTarget is not ['/', ..])
        {
            return ProblemAnswer.WriteAsync(context, StatusCodes.Status400BadRequest, ErrorCode.BadRequest,
                "The request target is not a path. Call the sidecar directly, not as an HTTP proxy.");
        }

        // After a 101 the caller would own a connection on which nothing is stripped or injected.
        if (context.Features.Get<IHttpUpgradeFeature>()?.IsUpgradableRequest == true)
        {
            return ProblemAnswer.WriteAsync(context, StatusCodes.Status400BadRequest, ErrorCode.BadRequest,
                "The connection cannot be upgraded to another protocol. Send the request without the header Upgrade.");
        }

        return next(context);
    }
}
