using Clik2pay.Sidecar.Telemetry.Export;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;

namespace Clik2pay.Sidecar.Benchmarks.Steady;

/// <summary>Scrapes a sidecar through the real exporter, without a connection.</summary>
internal sealed class Scraper
{
    private readonly IServiceProvider services;
    private readonly RequestDelegate admin;

    public Scraper(IServiceProvider services)
    {
        this.services = services;
        var builder = new ApplicationBuilder(services);
        builder.UsePrometheus();
        admin = builder.Build();
    }

    /// <summary>Writes the metrics to a stream.</summary>
    /// <returns>The length of the text in bytes.</returns>
    /// <exception cref="InvalidOperationException">The response is not a scrape.</exception>
    public async Task<long> ScrapeAsync(Stream text)
    {
        using var scope = services.CreateScope();
        var context = new DefaultHttpContext { RequestServices = scope.ServiceProvider };
        (context.Request.Method, context.Request.Path) = ("GET", "/metrics");
        context.Features.Set<IHttpResponseBodyFeature>(new StreamResponseBodyFeature(text));
        await admin(context);
        var response = context.Response;
        return response is { StatusCode: StatusCodes.Status200OK, ContentLength: > 1000 and var length }
            ? length
            : throw new InvalidOperationException($"Not a scrape: status {response.StatusCode}, {response.ContentLength} bytes.");
    }
}
