using System.IO.Pipelines;

namespace Clik2pay.Sidecar.Telemetry.Export;

/// <summary>
/// Buffers a scrape in memory. Otherwise, a client that reads slowly or not at all would block the exporter for other clients. The buffer
/// consists of pooled parts, because a scrape of many profiles has hundreds of kilobytes.
/// </summary>
internal sealed class BufferedScrape(RequestDelegate next)
{
    /// <summary>Without a threshold, the exporter never waits for the client.</summary>
    private static readonly PipeOptions Options =
        new(pauseWriterThreshold: 0, minimumSegmentSize: 16 * 1024, useSynchronizationContext: false);

    public async Task InvokeAsync(HttpContext context)
    {
        var connection = context.Response.Body;
        var pipe = new Pipe(Options);
        try
        {
            context.Response.Body = pipe.Writer.AsStream();
            try
            {
                await next(context);
            }
            finally
            {
                context.Response.Body = connection;
                await pipe.Writer.CompleteAsync();
            }

            var text = (await pipe.Reader.ReadAsync(context.RequestAborted)).Buffer;
            context.Response.ContentLength = text.Length;
            if (HttpMethods.IsHead(context.Request.Method))
                return;

            foreach (var part in text)
                await connection.WriteAsync(part, context.RequestAborted);
        }
        finally
        {
            await pipe.Reader.CompleteAsync();
        }
    }
}
