using Clik2pay.Sidecar.Requests.State;
using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Requests.Responses;

/// <summary>
/// Records the duration of a call whose response has begun. RequestLifecycle records calls that failed, or whose response cannot be
/// forwarded.
/// </summary>
internal sealed class CallDurationTransform(TimeProvider time) : ResponseTransform
{
    public override ValueTask ApplyAsync(ResponseTransformContext context)
    {
        var exchange = Exchange.Of(context.HttpContext);
        if (context.ProxyResponse is { } response)
            exchange.Profile.Connections.ApiCalls.Responded(context.HttpContext.Request.KnownMethod(), response, exchange.EndCall(time));
        return default;
    }
}
