using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Requests.Responses;

/// <summary>
/// Returns a response that the server would send in chunks as a <see cref="ChunkedStream"/>, because trailers may follow.
/// </summary>
internal sealed class ChunkedTransform : ResponseTransform
{
    public override ValueTask ApplyAsync(ResponseTransformContext context)
    {
        if (context is
            {
                ProxyResponse.Content.Headers.ContentLength: null,
                HttpContext: { Request.Protocol: "HTTP/1.1", Request.Method: not "HEAD", Response.StatusCode: not (204 or 205 or 304) },
            })
        {
            ResponseTrailers.Begin(context.HttpContext);
        }

        return default;
    }
}
