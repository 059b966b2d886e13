using Microsoft.Extensions.Primitives;
using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Requests.Responses;

/// <summary>Keeps the server from putting a Date on an answer that came without one: the header then has a value, and the value no line.</summary>
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
