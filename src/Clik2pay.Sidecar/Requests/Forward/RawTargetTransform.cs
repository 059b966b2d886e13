using Clik2pay.Sidecar.Requests.State;
using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Requests.Forward;

/// <summary>
/// Sends path and query as the caller wrote them, byte for byte. YARP would encode the decoded path again and turn <c>%2F</c> into
/// <c>%252F</c> (https://github.com/dotnet/yarp/issues/1419).
/// </summary>
internal sealed class RawTargetTransform : RequestTransform
{
    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        var exchange = Exchange.Of(context.HttpContext);

        // The guard refuses every other target. If the guard misses one, nothing is sent (fail closed).
        if (!exchange.Target.StartsWith('/'))
            throw new InvalidOperationException("The request target is not a path.");

        context.ProxyRequest.RequestUri = exchange.AddressOf(context.DestinationPrefix);
        return default;
    }
}
