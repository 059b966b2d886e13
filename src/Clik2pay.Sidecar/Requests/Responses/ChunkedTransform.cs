using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Requests.Responses;

/// <summary>Writes a body without a length through a <see cref="ChunkedStream"/>, because trailers may follow the body.</summary>
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
