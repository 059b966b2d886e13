using System.Buffers;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Http.Features;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>
/// Reads small bodies to their end before anything goes upstream: one that turns out to be malformed, cut off or too slow then costs no
/// authenticated request, and one that is answered 401 can be sent again. Larger ones are streamed.
/// </summary>
internal sealed class BodyKeeper(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context) =>
        context.Features.Get<IHttpRequestBodyDetectionFeature>()?.CanHaveBody == false ? next(context) : ReadAsync(context);

    /// <exception cref="BadHttpRequestException">The body is malformed, too large or too slow.</exception>
    private async Task ReadAsync(HttpContext context)
    {
        try
        {
            await KeepAsync(context);
        }
        catch (Exception e) when (e is ConnectionResetException or OperationCanceledException)
        {
            // The caller has gone, and nothing was sent.
            return;
        }
        catch (IOException e) when (e is not BadHttpRequestException)
        {
            // The server's word for the size of a chunk that no number holds.
            throw new BadHttpRequestException("The body is malformed.", e);
        }

        await next(context);
    }

    private static async Task KeepAsync(HttpContext context)
    {
        var length = context.Request.ContentLength;
        var reader = context.Request.BodyReader;

        // Of a body whose length says that it will be streamed, one byte is awaited: by then the server has refused what is too large.
        var read = await reader.ReadAtLeastAsync(length > KeptBody.Limit ? 1 : KeptBody.Limit + 1, context.RequestAborted);
        if (read.IsCompleted && read.Buffer.Length <= KeptBody.Limit)
        {
            Exchange.Of(context).Body = read.Buffer.ToArray();
            reader.AdvanceTo(read.Buffer.End);
        }
        else
        {
            // Nothing is taken: YARP reads it from the start.
            Exchange.Of(context).HasStreamedBody = true;
            reader.AdvanceTo(read.Buffer.Start);
        }
    }
}
