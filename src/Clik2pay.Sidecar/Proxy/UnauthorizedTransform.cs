using System.Net;
using Clik2pay.Sidecar.Telemetry;
using Clik2pay.Sidecar.Tokens;
using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>
/// Decides after a 401 whether the request is sent once more, with the successor of the token that was refused. Never after anything else: of a
/// request that was answered 401 it is certain that nothing was done, of no other is it.
/// </summary>
internal sealed class UnauthorizedTransform(AccessTokenSource tokens, SidecarMetrics metrics) : ResponseTransform
{
    public override ValueTask ApplyAsync(ResponseTransformContext context) =>
        context.ProxyResponse is { StatusCode: HttpStatusCode.Unauthorized, RequestMessage: { } sent } ? JudgeAsync(context, sent) : default;

    private async ValueTask JudgeAsync(ResponseTransformContext context, HttpRequestMessage sent)
    {
        var exchange = Exchange.Of(context.HttpContext);

        // The token that was really sent is dropped, unless that has happened already or was done too often.
        var refused = sent.Headers.NonValidated[CredentialHeaders.Authorization].ToString();
        if (exchange.IsReplay || exchange.HasStreamedBody)
        {
            tokens.Reject(refused);
        }
        else if (await tokens.ReplaceAsync(refused, context.CancellationToken) is not null)
        {
            // Nothing of this answer reaches the caller.
            exchange.IsToBeReplayed = context.SuppressResponseBody = true;
            metrics.UpstreamUnauthorized(UnauthorizedAction.Retried);
            return;
        }

        // Without another token the provider's own 401 is the best answer that there is.
        metrics.UpstreamUnauthorized(UnauthorizedAction.PassedOn);
    }
}
