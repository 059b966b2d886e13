using Clik2pay.Sidecar.Telemetry;
using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>
/// Removes the caller's credentials and what its Connection header nominates (RFC 9110, section 7.6.1). It looks at the headers that would go
/// out, so what <c>proxy.json</c> adds is looked at too.
/// </summary>
internal sealed class StripTransform(SidecarMetrics metrics) : RequestTransform
{
    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        var headers = context.ProxyRequest.Headers;
        var connection = context.HttpContext.Request.Headers.Connection;
        var isReplay = Exchange.Of(context.HttpContext).IsReplay; // then they have been counted
        List<string>? removed = null;
        foreach (var (name, _) in headers.NonValidated)
        {
            var credential = CredentialHeaders.Find(name);
            if (credential is not null && !isReplay)
                metrics.CallerCredentialRemoved(credential);
            if (credential is not null
                || ConnectionOptions.Nominates(connection, name)
                || name.Equals("HTTP2-Settings", StringComparison.OrdinalIgnoreCase))
            {
                (removed ??= []).Add(name);
            }
        }

        if (removed is not null)
        {
            foreach (var name in removed)
                headers.Remove(name);
        }

        return default;
    }
}
