using System.Buffers;
using Clik2pay.Sidecar.Requests.Connections;
using Clik2pay.Sidecar.Requests.Problems;
using Clik2pay.Sidecar.Requests.State;

namespace Clik2pay.Sidecar.Requests.Replay;

/// <summary>
/// Reads small bodies to their end before anything is sent to the provider. A body that is malformed, cut off or too slow then causes no
/// authenticated request. A request that gets a 401 can be sent again. Larger bodies are streamed.
/// </summary>
internal sealed class BodyBuffering(RequestDelegate next, FailureResponder failures, TimeProvider time)
{
    /// <summary>In bytes. Larger bodies are not sent again after a 401. Payment requests have a few kilobytes.</summary>
    private const int Limit = 64 * 1024;

    public Task InvokeAsync(HttpContext context) =>
        context.CanHaveBody() ? ReadAsync(context) : next(context);

    /// <summary>
    /// Whether a body that could not be read is malformed. The server throws such exceptions for a chunk size that overflows, and for
    /// trailers that it cannot decode.
    /// </summary>
    public static bool IsMalformed(Exception e) =>
        e is (IOException or InvalidOperationException) and not BadHttpRequestException && !CallerDisconnect.Explains(e);

    /// <exception cref="BadHttpRequestException">The body is malformed, too large or too slow.</exception>
    private async Task ReadAsync(HttpContext context)
    {
        var exchange = Exchange.Of(context);
        try
        {
            await BufferAsync(context, exchange);
        }
        catch (Exception e) when (IsMalformed(e))
        {
            throw new BadHttpRequestException("The body is malformed.", e);
        }

        // The guard has refused a body with a Content-Length. A chunked body can be refused only after it has been read.
        if (context.Request.Method is "GET" or "HEAD" && (exchange.HasStreamedBody || exchange.Body is { IsEmpty: false }))
            await failures.RespondAsync(context, Refusals.BodyNotAllowed);
        else
            await next(context);
    }

    private async Task BufferAsync(HttpContext context, Exchange exchange)
    {
        var length = context.Request.ContentLength;
        var reader = context.Request.BodyReader;

        // If the length shows that the body will be streamed, the first byte is enough. By then the server has refused a body that is too
        // large.
        var read = await reader.ReadAtLeastAsync(length > Limit ? 1 : Limit + 1, context.RequestAborted);
        if (read.IsCompleted && read.Buffer.Length <= Limit)
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
