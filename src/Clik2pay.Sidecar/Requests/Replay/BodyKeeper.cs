using System.Buffers;
using Clik2pay.Sidecar.Requests.Connections;
using Clik2pay.Sidecar.Requests.Problems;
using Clik2pay.Sidecar.Requests.State;
using Clik2pay.Sidecar.Requests.Upstream;
using Microsoft.AspNetCore.Http.Features;

namespace Clik2pay.Sidecar.Requests.Replay;

/// <summary>
/// Reads small bodies to their end before anything is sent to the provider. A body that is malformed, cut off or too slow then causes no
/// authenticated request, and a request that gets a 401 can be sent again. Larger bodies are streamed.
/// </summary>
internal sealed class BodyKeeper(RequestDelegate next, RequestMetrics metrics, TimeProvider time)
{
    public Task InvokeAsync(HttpContext context) =>
        context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == false ? next(context) : ReadAsync(context);

    /// <exception cref="BadHttpRequestException">The body is malformed, too large or too slow.</exception>
    private async Task ReadAsync(HttpContext context)
    {
        var exchange = Exchange.Of(context);
        try
        {
            await KeepAsync(context, exchange);
        }
        catch (Exception e) when (
            e is (IOException or InvalidOperationException) and not BadHttpRequestException && !CallerDisconnect.Explains(e))
        {
            // The server throws these for a chunk size that overflows, and for trailers that it cannot decode.
            throw new BadHttpRequestException("The body is malformed.", e);
        }

        // The guard has refused a Content-Length. Only here is it known whether a chunked body is empty.
        if (context.Request.Method is "GET" or "HEAD" && (exchange.HasStreamedBody || exchange.Body is { IsEmpty: false }))
            await Refusal.BodyNotAllowed.RespondAsync(context, metrics);
        else
            await next(context);
    }

    private async Task KeepAsync(HttpContext context, Exchange exchange)
    {
        var length = context.Request.ContentLength;
        var reader = context.Request.BodyReader;
        // Of a body whose length says that it will be streamed, one byte is awaited: by then the server has refused what is too large.
        var read = await reader.ReadAtLeastAsync(length > KeptBody.Limit ? 1 : KeptBody.Limit + 1, context.RequestAborted);
        if (read.IsCompleted && read.Buffer.Length <= KeptBody.Limit)
        {
            exchange.Body = read.Buffer.ToArray();
            reader.AdvanceTo(read.Buffer.End);
        }
        else
        {
            // YARP reads the body from its start.
            exchange.HasStreamedBody = true;
            reader.AdvanceTo(read.Buffer.Start);
            var body = new StreamedBody(reader, time);
            context.Response.RegisterForDispose(body);
            context.Request.Body = body;
        }
    }
}
