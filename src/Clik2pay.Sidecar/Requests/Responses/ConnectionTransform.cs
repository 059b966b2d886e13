using Clik2pay.Sidecar.Requests.Headers;
using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Requests.Responses;

/// <summary>Removes the headers that the provider's Connection header nominates. YARP removes only well-known ones.</summary>
internal sealed class ConnectionTransform : ResponseTransform
{
    public override ValueTask ApplyAsync(ResponseTransformContext context)
    {
        NominatedHeaders.RemoveNominated(context.HttpContext.Response.Headers, context.ProxyResponse);
        return default;
    }
}
