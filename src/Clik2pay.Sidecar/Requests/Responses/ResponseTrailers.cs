using Clik2pay.Sidecar.Requests.State;
using Microsoft.AspNetCore.Http.Features;

namespace Clik2pay.Sidecar.Requests.Responses;

/// <summary>The trailers of a response that is written in chunks. YARP adds them after it has copied the body.</summary>
internal sealed class ResponseTrailers : IHttpResponseTrailersFeature
{
    private readonly IHttpResponseBodyFeature server;
    private readonly ChunkedStream body;

    private ResponseTrailers(IHttpResponseBodyFeature server, ChunkedStream body) => (this.server, this.body) = (server, body);

    public IHeaderDictionary Trailers { get; set; } = new HeaderDictionary();

    /// <summary>Makes the response write its body as a <see cref="ChunkedStream"/>.</summary>
    public static void Begin(HttpContext context)
    {
        var original = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var trailers = new ResponseTrailers(original, new(original.Writer));
        context.Response.Headers.TransferEncoding = "chunked";
        context.Response.Body = trailers.body;
        context.Features.Set<IHttpResponseTrailersFeature>(trailers);
    }

    /// <summary>Restores the server's own body and removes the trailers, for another response.</summary>
    public static void Cancel(HttpContext context)
    {
        if (context.Features.Find<IHttpResponseTrailersFeature>() is not ResponseTrailers trailers)
            return;

        context.Features.Set(trailers.server);
        context.Features.Set<IHttpResponseTrailersFeature>(null);
    }

    public Task EndAsync(CancellationToken cancellationToken) => body.EndAsync(Trailers, cancellationToken);
}
