using System.Collections.Concurrent;

namespace Clik2pay.Sidecar.Benchmarks.Bounds;

/// <summary>The bound <c>client</c>: Kestrel and a minimal HTTP/1.1 client with a connection pool. Only for the benchmarks.</summary>
internal sealed class ClientForwarder(Uri upstream)
{
    private readonly ConcurrentQueue<UpstreamConnection> idle = new();

    public async Task ForwardAsync(HttpContext context)
    {
        if (!idle.TryDequeue(out var connection))
            connection = await UpstreamConnection.OpenAsync(upstream, context.RequestAborted);
        var isReusable = false;
        try
        {
            await connection.ForwardAsync(context);
            isReusable = true;
        }
        finally
        {
            if (isReusable)
                idle.Enqueue(connection);
            else
                connection.Dispose();
        }
    }
}
