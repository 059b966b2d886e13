namespace Clik2pay.Sidecar.Telemetry.Export;

/// <summary>
/// Buffers a scrape in memory. Otherwise, a client that reads slowly or not at all would block the exporter for other clients.
/// </summary>
internal sealed class BufferedScrape(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var connection = context.Response.Body;
        using var text = new MemoryStream();
        context.Response.Body = text;
        try
        {
            await next(context);
        }
        finally
        {
            context.Response.Body = connection;
        }

        context.Response.ContentLength = text.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await connection.WriteAsync(text.GetBuffer().AsMemory(0, (int)text.Length), context.RequestAborted);
    }
}
