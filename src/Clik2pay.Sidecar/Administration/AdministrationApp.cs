using System.Diagnostics.Metrics;
using System.Text;
using Clik2pay.Sidecar.Administration.Status;
using Clik2pay.Sidecar.Administration.Status.Page;
using Clik2pay.Sidecar.Redis.Client;
using Clik2pay.Sidecar.Telemetry;
using Clik2pay.Sidecar.Telemetry.Export;

namespace Clik2pay.Sidecar.Administration;

/// <summary>The administration listener: probes, metrics, the status and commands. None of its requests reaches the proxy.</summary>
internal static class AdministrationApp
{
    private const string Text = "text/plain; charset=utf-8";
    private const string Html = "text/html; charset=utf-8";

    private static ReadOnlySpan<byte> NotFound =>
        """
        Not found. Paths: /startupz, /readyz, /livez, /metrics, /status, / (status page), /troubleshooting, POST /quitquitquit,
        POST /tokens/refresh.

        """u8;

    private static ReadOnlySpan<byte> NoMetrics => "There are no metrics, because OTEL_SDK_DISABLED is true.\n"u8;

    public static IServiceCollection AddAdministration(this IServiceCollection services) => services
        .AddSingleton<AdminGuard>()
        .AddSingleton<Probes>()
        .AddSingleton<RefreshCommand>()
        .AddSingleton<SidecarGauges>()
        .AddSingleton<StatusReport>();

    public static void UseAdministration(this WebApplication app)
    {
        var probes = app.Services.GetRequiredService<Probes>();
        var report = app.Services.GetRequiredService<StatusReport>();
        var meter = app.Services.GetRequiredService<IMeterFactory>().CreateSidecarMeter();
        app.Services.GetRequiredService<SidecarGauges>().AddTo(meter);
        ProcessMetrics.AddTo(meter);
        _ = app.Services.GetRequiredService<RedisMetrics>();
        var refresh = app.Services.GetRequiredService<RefreshCommand>();
        var lifetime = app.Services.GetRequiredService<IHostApplicationLifetime>();
        var guard = app.Services.GetRequiredService<AdminGuard>();
        app.MapWhen(AdministrationListener.Serves, admin =>
        {
            admin.Use(GuardAsync);
            admin.MapWhen(context => AdminGuard.IsQuit(context.Request), quit => quit.Run(QuitAsync));
            admin.MapWhen(context => AdminGuard.IsRefresh(context.Request), tokens => tokens.Run(RefreshAsync));
            admin.UsePrometheus();
            admin.Run(context => RespondAsync(context, probes, report));
        });

        async Task QuitAsync(HttpContext context)
        {
            try
            {
                await WriteAsync(context, StatusCodes.Status200OK, Text, "The sidecar is stopping.\n"u8.ToArray());
            }
            finally
            {
                // The sidecar stops even if the client did not wait for the response.
                lifetime.StopApplication();
            }
        }

        async Task RefreshAsync(HttpContext context)
        {
            var (status, text) = await refresh.RunAsync(RefreshCommand.ProfileIn(context.Request), context.RequestAborted);
            if (!context.RequestAborted.IsCancellationRequested)
                await WriteAsync(context, status, Text, Encoding.UTF8.GetBytes(text + "\n"));
        }

        Task GuardAsync(HttpContext context, RequestDelegate next)
        {
            var headers = context.Response.Headers;
            headers.CacheControl = "no-store";
            headers.XContentTypeOptions = "nosniff";
            headers.ContentSecurityPolicy = PageAssets.Policy;
            headers["Referrer-Policy"] = "no-referrer";
            if (guard.Validate(context.Request) is not { } refusal)
                return next(context);

            if (refusal.Status == StatusCodes.Status405MethodNotAllowed)
                headers.Allow = AdminGuard.MethodsOf(context.Request);
            return WriteAsync(context, refusal.Status, Text, Encoding.UTF8.GetBytes(refusal.Reason + "\n"));
        }
    }

    private static Task RespondAsync(HttpContext context, Probes probes, StatusReport report) =>
        context.Request.Path.Value switch
        {
            "/startupz" => WriteAsync(context, probes.Startup()),
            "/readyz" => WriteAsync(context, probes.Readiness()),
            "/livez" => WriteAsync(context, Probes.Liveness()),
            "/status" => WriteAsync(context, StatusCodes.Status200OK, StatusJson.ContentType, StatusJson.Write(report.Take())),
            "/" => WritePageAsync(context, report.Take()),
            "/troubleshooting" => WriteAsync(context, StatusCodes.Status200OK, Html, PageAssets.Troubleshooting),
            "/metrics" => WriteAsync(context, StatusCodes.Status404NotFound, Text, NoMetrics.ToArray()),
            _ => WriteAsync(context, StatusCodes.Status404NotFound, Text, NotFound.ToArray()),
        };

    /// <summary>Shows the profile that the query names, or the first one.</summary>
    private static Task WritePageAsync(HttpContext context, SidecarStatus status)
    {
        var name = context.Request.Query["profile"].ToString();
        var profile = status.Profiles.FirstOrDefault(profile => profile.Name.Equals(name, StringComparison.OrdinalIgnoreCase));
        return WriteAsync(context, StatusCodes.Status200OK, Html, StatusPage.Write(status, profile ?? status.Profiles[0]));
    }

    private static Task WriteAsync(HttpContext context, Probe probe) => WriteAsync(
        context,
        probe.IsHealthy ? StatusCodes.Status200OK : StatusCodes.Status503ServiceUnavailable,
        Text,
        Encoding.UTF8.GetBytes(probe.Reason + "\n"));

    private static Task WriteAsync(HttpContext context, int status, string contentType, byte[] body)
    {
        var response = context.Response;
        response.StatusCode = status;
        response.ContentType = contentType;
        response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method)
            ? Task.CompletedTask
            : response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
