using Clik2pay.Sidecar.Configuration;
using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>Sets the merchant's API key.</summary>
internal sealed class ApiKeyTransform(Clik2payOptions options) : RequestTransform
{
    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        CredentialHeaders.SetOnly(context.ProxyRequest.Headers, CredentialHeaders.ApiKey, options.Credentials.ApiKey);
        return default;
    }
}
