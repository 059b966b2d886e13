using Clik2pay.Sidecar.Telemetry;
using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>Counts the answers of upstream. There is none where it could not be reached.</summary>
internal sealed class AnsweredTransform(SidecarMetrics metrics) : ResponseTransform
{
    public override ValueTask ApplyAsync(ResponseTransformContext context)
    {
        if (context.ProxyResponse is { } answer)
            metrics.UpstreamAnswered((int)answer.StatusCode);

        return default;
    }
}
