using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>
/// Removes the header of our own answers from those of upstream. A caller that trusts it would take a payment for one that was never sent.
/// </summary>
internal sealed class OnlyOursTransform : ResponseTransform
{
    public override ValueTask ApplyAsync(ResponseTransformContext context)
    {
        context.HttpContext.Response.Headers.Remove(ProblemAnswer.ErrorHeader);
        return default;
    }
}
