using System.Net;
using Clik2pay.Sidecar.Tokens;
using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>Tells of a 401, with the very token that was sent. The answer itself goes to the caller as it came.</summary>
internal sealed class UnauthorizedTransform(AccessTokenSource tokens) : ResponseTransform
{
    public override ValueTask ApplyAsync(ResponseTransformContext context)
    {
        if (context.ProxyResponse is { StatusCode: HttpStatusCode.Unauthorized, RequestMessage: { } sent }
            && sent.Headers.NonValidated.TryGetValues(CredentialHeaders.Authorization, out var authorization))
        {
            tokens.Reject(authorization.ToString());
        }

        return default;
    }
}
