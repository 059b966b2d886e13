using Clik2pay.Simulator.Auth;
using Clik2pay.Simulator.Common;
using Clik2pay.Simulator.Control;
using Clik2pay.Simulator.Counting;
using Clik2pay.Simulator.Faults;
using Clik2pay.Simulator.Options;
using Clik2pay.Simulator.Payer;
using Clik2pay.Simulator.Payments;
using Clik2pay.Simulator.Transactions;
using Clik2pay.Simulator.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Clik2pay.Simulator;

/// <summary>The provider's two APIs, the payer's page and the simulator's control API on one address. All state is in memory.</summary>
public static class SimulatorApp
{
    /// <summary>The largest accepted body, in bytes. A larger body gets a 413.</summary>
    private const long MaxRequestBodySize = 1 << 20;

    public static WebApplication Create(SimulatorOptions options, TimeProvider time)
    {
        // The content root is not used. The default is the working directory, which may have been deleted.
        var builder = WebApplication.CreateEmptyBuilder(new() { ContentRootPath = AppContext.BaseDirectory });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Limits.MaxRequestBodySize = MaxRequestBodySize;
        });

        // Calls in progress, for example with a simulated delay, must not delay the shutdown.
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(1));
        builder.Logging.AddSimpleConsole(console => console.SingleLine = true)
            .AddFilter("Microsoft", LogLevel.Warning)
            .AddFilter("Microsoft.Extensions.Hosting.Internal.Host", LogLevel.Critical);
        builder.Services.AddRoutingCore();
        builder.Services.AddSingleton(options);
        builder.Services.AddSingleton(time);
        builder.Services.AddSingleton<FaultState>();
        builder.Services.AddSingleton<Counters>();
        builder.Services.AddSingleton<IssuedTokens>();
        builder.Services.AddSingleton<WebhookQueue>();
        builder.Services.AddSingleton<SimulatorAddress>();
        builder.Services.AddSingleton<TransactionWriter>();
        builder.Services.AddSingleton<TransactionStore>();
        builder.Services.AddSingleton<ErrorWriter>();
        if (options.Webhook is { } webhook)
            builder.Services.AddSingleton(webhook).AddHostedService<WebhookSender>();

        var app = builder.Build();
        app.Urls.Add(options.Url);
        app.Use(GuardAsync);
        app.MapControlApi();    // /_simulator/…
        app.MapPayerPages();    // /r/…
        app.MapAuthApi();       // /oauth2/token
        app.MapPaymentsApi();   // /open/v1/…
        return app;
    }

    /// <summary>Refuses requests from pages of other sites, and responds to bodies that Kestrel refuses.</summary>
    private static async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        if (CrossSite.IsRefused(context.Request))
        {
            await PayerPages.WriteRefusedAsync(context);
            return;
        }

        try
        {
            await next(context);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            context.Response.StatusCode = e.StatusCode;
        }
    }
}
