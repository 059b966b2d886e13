using Clik2pay.Sidecar.Requests.State;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Requests.Forward;

/// <summary>
/// Sends path and query as the caller wrote them, byte for byte. YARP would encode the decoded path anew and make <c>%252F</c> of
/// <c>%2F</c> (dotnet/yarp#1419).
/// </summary>
internal sealed class RawTargetTransform : RequestTransform
{
    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        var target = context.HttpContext.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget;

        // The guard has refused any other target; should it ever not have, this throws and nothing is sent (fail closed).
        if (!target.StartsWith('/'))
            throw new InvalidOperationException("The request target is not a path.");

        context.ProxyRequest.RequestUri = Exchange.Of(context.HttpContext).AddressOf(context.DestinationPrefix, target);
        return default;
    }
}
