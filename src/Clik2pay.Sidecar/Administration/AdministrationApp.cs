using System.Text;

namespace Clik2pay.Sidecar.Administration;

/// <summary>The door of the administration listener: everything that arrives there ends here and never reaches the proxy.</summary>
internal static class AdministrationApp
{
    public static IServiceCollection AddAdministration(this IServiceCollection services) => services.AddSingleton<Probes>();

    public static void UseAdministration(this WebApplication app)
    {
        var probes = app.Services.GetRequiredService<Probes>();
        app.MapWhen(AdministrationListener.Serves, admin => admin.Run(context => AnswerAsync(context, probes)));
    }

    private static Task AnswerAsync(HttpContext context, Probes probes)
    {
        Probe? probe = context.Request.Path.Value switch
        {
            "/startupz" => probes.Startup(),
            "/readyz" => probes.Readiness(),
            "/livez" => Probes.Liveness(),
            _ => null,
        };

        context.Response.StatusCode = probe switch
        {
            null => StatusCodes.Status404NotFound,
            { IsHealthy: true } => StatusCodes.Status200OK,
            _ => StatusCodes.Status503ServiceUnavailable,
        };
        context.Response.ContentType = "text/plain; charset=utf-8";
        context.Response.Headers.CacheControl = "no-store";
        var body = Encoding.UTF8.GetBytes((probe?.Reason ?? "Here are /startupz, /readyz and /livez.") + "\n");
        context.Response.ContentLength = body.Length;
        return HttpMethods.IsHead(context.Request.Method) ? Task.CompletedTask : context.Response.Body.WriteAsync(body, context.RequestAborted).AsTask();
    }
}
