using System.Globalization;
using System.Net;
using Clik2pay.Sidecar.Networking;
using Clik2pay.Sidecar.Requests.Problems;
using Clik2pay.Sidecar.Requests.State;
using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Requests.Responses;

/// <summary>
/// Adjusts the length of a response whose status restricts the body, and rejects a response that HTTP does not allow. The server would turn
/// such a response into a bare 500, although the provider has processed the request.
/// </summary>
internal sealed class FramingTransform : ResponseTransform
{
    /// <exception cref="InvalidResponseException">The response cannot be forwarded.</exception>
    public override ValueTask ApplyAsync(ResponseTransformContext context)
    {
        if (context.ProxyResponse is not { } response)
            return default;

        // The HTTP client decodes only the coding chunked. It treats content in another coding as plain (RFC 9112, section 7).
        if (response.Headers.NonValidated.TryGetValues("Transfer-Encoding", out var coding)
            && !coding.ToString().Equals("chunked", StringComparison.OrdinalIgnoreCase))
        {
            throw new InvalidResponseException("sent a response with a transfer coding other than chunked");
        }

        // The HTTP client would read the body to the end of the connection, and the caller would get the invalid header.
        if (response.Content.Headers.ContentLength is null && response.Content.Headers.NonValidated.Contains("Content-Length"))
            throw new InvalidResponseException("sent a response with an invalid Content-Length");

        switch (response.StatusCode)
        {
            // The HTTP client consumes interim responses except 101. The sidecar never requests a 101.
            case < HttpStatusCode.OK:
                throw new InvalidResponseException(string.Create(
                    CultureInfo.InvariantCulture,
                    $"responded with the status {(int)response.StatusCode:000}, which is not a final status"));

            // A 204 must not have a length (RFC 9110, section 8.6).
            case HttpStatusCode.NoContent:
                context.HttpContext.Response.Headers.ContentLength = null;
                return default;

            case HttpStatusCode.ResetContent:
                return RequireNoBodyAsync(context, response);

            // Over plain http, the HTTP proxy itself can respond with 407 (RFC 9110, section 15.5.8).
            case HttpStatusCode.ProxyAuthenticationRequired
                when Exchange.Of(context.HttpContext).Profile.Options.ApiBaseUrl is { Scheme: "http" } api
                && CallFailure.ExplainProxyRefusal(api) is { } reason:
                throw new InvalidResponseException(reason);

            default:
                return default;
        }
    }

    /// <summary>
    /// A 205 has an empty body: a length of 0, an empty chunked body, or no bytes before the connection closes (RFC 9110, section 15.3.6).
    /// </summary>
    private static async ValueTask RequireNoBodyAsync(ResponseTransformContext context, HttpResponseMessage response)
    {
        var body = await response.Content.ReadAsStreamAsync(context.CancellationToken);
        if (await body.ReadAsync(new byte[1], context.CancellationToken) > 0)
            throw new InvalidResponseException("responded with the status 205 and a body, which that status does not allow");

        // A 205 to HEAD may have another Content-Length.
        context.HttpContext.Response.Headers.ContentLength = 0;
    }
}
