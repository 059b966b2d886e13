using System.Net.Http.Headers;
using Clik2pay.Sidecar.Requests.Headers;
using Clik2pay.Sidecar.Requests.State;
using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Requests.Forward;

/// <summary>
/// Removes the caller's credentials, headers for the sidecar, and the headers that the caller's Connection header nominates (RFC 9110,
/// section 7.6.1). The transform runs on the headers that would be sent, so it also removes headers that <c>proxy.json</c> adds.
/// </summary>
internal sealed class StripTransform(RequestMetrics metrics) : RequestTransform
{
    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        var headers = context.ProxyRequest.Headers;
        var nominated = NominatedHeaders.Parse(context.HttpContext.Request.Headers.Connection);
        var isReplay = Exchange.Of(context.HttpContext).IsReplay; // The first attempt has counted the removed headers.
        List<string>? removed = null;
        foreach (var (name, _) in headers.NonValidated)
        {
            var credential = CredentialHeaders.Find(name);
            if (credential is not null && !isReplay)
                metrics.CallerCredentialRemoved(credential);
            if (credential is not null
                || SidecarHeaders.IsReserved(name)
                || nominated?.Contains(name) == true
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

        if (nominated is not null && context.ProxyRequest.Content is { } content)
            RemoveNominated(content.Headers, nominated);

        return default;
    }

    /// <summary>Content-Length is kept, because it frames the body.</summary>
    private static void RemoveNominated(HttpContentHeaders headers, HashSet<string> nominated)
    {
        foreach (var (name, _) in headers.NonValidated.ToList())
        {
            if (nominated.Contains(name) && !name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase))
                headers.Remove(name);
        }
    }
}
