using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>Removes the caller's credentials and what its Connection header nominates (RFC 9110, section 7.6.1).</summary>
internal sealed class StripTransform : RequestTransform
{
    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        var callerHeaders = context.HttpContext.Request.Headers;
        foreach (var (name, _) in callerHeaders)
        {
            if (CredentialHeaders.Contains(name) || IsNominated(name, callerHeaders.Connection))
                context.ProxyRequest.Headers.Remove(name);
        }

        return default;
    }

    private static bool IsNominated(string name, IEnumerable<string?> connection)
    {
        foreach (var value in connection)
        {
            foreach (var option in value.AsSpan().Split(','))
            {
                if (value.AsSpan(option).Trim().Equals(name, StringComparison.OrdinalIgnoreCase))
                    return true;
            }
        }

        return false;
    }
}
