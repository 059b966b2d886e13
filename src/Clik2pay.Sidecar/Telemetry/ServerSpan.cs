using System.Diagnostics;
using System.Globalization;
using Clik2pay.Sidecar.Proxy;
using Microsoft.AspNetCore.Http.Features;

namespace Clik2pay.Sidecar.Telemetry;

/// <summary>
/// Completes the span that the server has begun for a caller's request, by OpenTelemetry's conventions
/// (https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server), and takes out what came in headers.
/// </summary>
internal sealed class ServerSpan(RequestDelegate next)
{
    /// <summary>What the server took from Host and User-Agent.</summary>
    private static readonly string[] OfHeaders = ["server.address", "server.port", "user_agent.original"];

    public Task InvokeAsync(HttpContext context) =>
        context.Features.Get<IHttpActivityFeature>()?.Activity is { IsAllDataRequested: true } span ? CompleteAsync(context, span) : next(context);

    private async Task CompleteAsync(HttpContext context, Activity span)
    {
        foreach (var tag in OfHeaders)
            span.SetTag(tag, null);

        try
        {
            await next(context);
        }
        finally
        {
            var status = context.Response.StatusCode;
            span.SetTag("http.response.status_code", status);
            span.SetTag("network.protocol.version", "1.1");
            if (context.GetEndpoint() is RouteEndpoint { RoutePattern.RawText: { } route })
            {
                span.SetTag("http.route", route);
                span.DisplayName = $"{span.GetTagItem("http.request.method")} {route}";
            }

            var ours = context.Response.Headers[ProblemAnswer.ErrorHeader].ToString();
            if (ours.Length > 0 || status >= StatusCodes.Status500InternalServerError)
                span.SetTag("error.type", ours.Length > 0 ? ours : status.ToString(CultureInfo.InvariantCulture));
            if (status >= StatusCodes.Status500InternalServerError)
                span.SetStatus(ActivityStatusCode.Error);
        }
    }
}
