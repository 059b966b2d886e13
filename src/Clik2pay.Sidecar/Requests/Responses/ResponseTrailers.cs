using Microsoft.AspNetCore.Http.Features;

namespace Clik2pay.Sidecar.Requests.Responses;

/// <summary>The trailers of an answer that is written in chunks: YARP puts them here when it has copied the body.</summary>
internal sealed class ResponseTrailers : IHttpResponseTrailersFeature
{
    private readonly IHttpResponseBodyFeature server;
    private readonly ChunkedStream body;

    private ResponseTrailers(IHttpResponseBodyFeature server, ChunkedStream body) => (this.server, this.body) = (server, body);

    public IHeaderDictionary Trailers { get; set; } = new HeaderDictionary();

    /// <summary>From here on the body is written in chunks of our own.</summary>
    public static void Begin(HttpContext context)
    {
        var original = context.Features.GetRequiredFeature<IHttpResponseBodyFeature>();
        var trailers = new ResponseTrailers(original, new(original.Writer));
        context.Response.Headers.TransferEncoding = "chunked";
        context.Response.Body = trailers.body;
        context.Features.Set(trailers);
        context.Features.Set<IHttpResponseTrailersFeature>(trailers);
    }

    /// <summary>The answer is another one after all: the body is the server's again, and no end of ours comes behind it.</summary>
    public static void Cancel(HttpContext context)
    {
        if (context.Features.Get<ResponseTrailers>() is not { } trailers)
            return;

        context.Features.Set(trailers.server);
        context.Features.Set<IHttpResponseTrailersFeature>(null);
        context.Features.Set<ResponseTrailers>(null);
    }

    public Task EndAsync(CancellationToken cancellationToken) => body.EndAsync(Trailers, cancellationToken);
}
