using Clik2pay.Sidecar.Requests.State;
using Microsoft.AspNetCore.Http.Features;
using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Requests.Responses;

/// <summary>Applies the <see cref="ResponseHeaderFilter"/> to the headers of a response and to its reason phrase.</summary>
internal sealed class ResponseHeaderTransform(ResponseHeaderFilter filter) : ResponseTransform
{
    public override ValueTask ApplyAsync(ResponseTransformContext context)
    {
        var sent = new SentCredentials(context.ProxyResponse);
        filter.Apply(context.HttpContext.Response.Headers, sent);

        var response = context.HttpContext.Features.Find<IHttpResponseFeature>()!;
        if (ResponseHeaderFilter.MustDrop(response.ReasonPhrase, sent))
            response.ReasonPhrase = null;

        return default;
    }
}
