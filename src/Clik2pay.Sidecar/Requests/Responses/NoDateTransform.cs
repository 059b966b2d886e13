using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Requests.Responses;

/// <summary>
/// Keeps the server from adding a Date header to a response that has none. The server does not replace a header that is set, and writes no
/// line for a null value.
/// </summary>
internal sealed class NoDateTransform : ResponseTransform
{
    private static readonly StringValues NoLine = new([null]);

    public override ValueTask ApplyAsync(ResponseTransformContext context)
    {
        var headers = context.HttpContext.Response.Headers;
        if (headers.Date.Count == 0)
            headers.Date = NoLine;

        return default;
    }
}
