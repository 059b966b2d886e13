using System.Globalization;
using System.Net;
using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Provider;
using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>
/// Passes on a status that has rules of its own for the body, as HTTP allows, and refuses a response that the server could not write. Without it
/// the server would turn such a response into a bare 500, after the provider has processed the request.
/// </summary>
internal sealed class FramingTransform(Clik2payOptions options) : ResponseTransform
{
    /// <exception cref="InvalidResponseException">The response cannot be passed on.</exception>
    public override ValueTask ApplyAsync(ResponseTransformContext context)
    {
        if (context.ProxyResponse is not { } response)
            return default;

        // The HTTP client decodes this one alone, and would pass the others on as if they were the content (RFC 9112, section 7).
        if (response.Headers.NonValidated.TryGetValues("Transfer-Encoding", out var coding)
            && !coding.ToString().Equals("chunked", StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidResponseException("sent a response with a transfer coding other than chunked");
        }

        switch (response.StatusCode)
        {
            // The HTTP client has consumed interim responses. What is left is 101, which nobody asked for, and numbers below 100.
            case < HttpStatusCode.OK:
                throw new InvalidResponseException(string.Create(CultureInfo.InvariantCulture, $"responded with the status {(int)response.StatusCode:000}, which is not a final one"));

            // Its length is that of no body (RFC 9110, section 8.6).
            case HttpStatusCode.NoContent:
                context.HttpContext.Response.Headers.ContentLength = null;
                return default;

            case HttpStatusCode.ResetContent:
                return RequireNoBodyAsync(context, response);

            // Over plain http an HTTP proxy responds to the request itself (RFC 9110, section 15.5.8).
            case HttpStatusCode.ProxyAuthenticationRequired when options.ApiBaseUrl.Scheme == Uri.UriSchemeHttp
                && CallFailure.ExplainProxyRefusal(options.ApiBaseUrl) is { } reason:
                throw new InvalidResponseException(reason);

            default:
                return default;
        }
    }

    /// <summary>A 205 has no body, but says so like any other response: by a length of 0, an empty chunk or the end of the connection (RFC 9110, section 15.3.6).</summary>
    private static async ValueTask RequireNoBodyAsync(ResponseTransformContext context, HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsStreamAsync(context.CancellationToken);
        if (await body.ReadAsync(new byte[1], context.CancellationToken) > 0)
            throw new InvalidResponseException("responded with the status 205 and a body, which that status does not allow");

        // The only length that it can have. A response to HEAD may have come with another one.
        context.HttpContext.Response.Headers.ContentLength = 0;
    }
}
