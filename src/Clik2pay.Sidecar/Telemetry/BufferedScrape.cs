namespace Clik2pay.Sidecar.Telemetry;

/// <summary>Lets the exporter write to memory and not to who asked: it collects nothing for the others while somebody reads slowly, or not at all.</summary>
internal sealed class BufferedScrape(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var reader = context.Response.Body;
        using var answer = new MemoryStream();
        context.Response.Body = answer;
        try
        {
            await next(context);
        }
        finally
        {
            context.Response.Body = reader;
        }

        context.Response.ContentLength = answer.Length;
        if (!HttpMethods.IsHead(context.Request.Method))
            await reader.WriteAsync(answer.GetBuffer().AsMemory(0, (int)answer.Length), context.RequestAborted);
    }
}
