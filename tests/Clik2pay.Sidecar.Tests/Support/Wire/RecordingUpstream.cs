using System.Collections.Concurrent;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;

namespace Clik2pay.Sidecar.Tests.Support.Wire;

/// <summary>An upstream that records requests, and responds with 200 by default.</summary>
internal sealed class RecordingUpstream : IAsyncDisposable
{
    private readonly WebApplication app;

    private RecordingUpstream(WebApplication app)
    {
        this.app = app;
        app.Run(RespondAsync);
    }

    public string Address => app.Urls.Single();

    public ConcurrentQueue<UpstreamRequest> Received { get; } = new();

    public RequestDelegate Respond { get; set; } = context => context.Response.WriteAsync("done");

    /// <summary>If set, responds to each request without recording it, for bodies that do not fit into memory.</summary>
    public RequestDelegate? RespondUnrecorded { get; set; }

    public static async Task<RecordingUpstream> StartAsync(string address = "127.0.0.1")
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls($"http://{address}:0").ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.Limits.MaxRequestHeadersTotalSize = 64 * 1024; // A token can have 48 KiB.
        });
        var upstream = new RecordingUpstream(builder.Build());
        await upstream.app.StartAsync();
        return upstream;
    }

    public UpstreamRequest Single() => Assert.Single(Received);

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task RespondAsync(HttpContext context)
    {
        if (RespondUnrecorded is not null)
        {
            await RespondUnrecorded(context);
            return;
        }

        using var body = new MemoryStream();
        await context.Request.Body.CopyToAsync(body);
        Received.Enqueue(new(
            context.Request.Method,
            context.Features.GetRequiredFeature<IHttpRequestFeature>().RawTarget,
            new HeaderDictionary(context.Request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase)),
            body.ToArray()));
        await Respond(context);
    }
}
