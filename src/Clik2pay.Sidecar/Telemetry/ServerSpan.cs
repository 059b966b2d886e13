using System.Diagnostics;
using System.Globalization;
using Clik2pay.Sidecar.Proxy;
using Microsoft.AspNetCore.Http.Features;

namespace Clik2pay.Sidecar.Telemetry;

/// <summary>
/// Describes a caller's request on the span that the server has begun for it, by OpenTelemetry's conventions
/// (https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server), but for what came in the query and in headers.
/// </summary>
internal sealed class ServerSpan(RequestDelegate next)
{
    public Task InvokeAsync(HttpContext context) =>
        context.Features.Get<IHttpActivityFeature>()?.Activity is { IsAllDataRequested: true } span ? DescribeAsync(context, span) : next(context);

    private async Task DescribeAsync(HttpContext context, Activity span)
    {
        var method = context.Request.KnownMethod();
        span.DisplayName = method;
        span.SetTag("http.request.method", method);
        span.SetTag("url.scheme", context.Request.Scheme);
        span.SetTag("network.protocol.version", context.Request.Protocol == HttpProtocol.Http11 ? "1.1" : "1.0");
        try
        {
            await next(context);
        }
        finally
        {
            var status = context.Response.StatusCode;
            span.SetTag("http.response.status_code", status);
            if (context.RoutePattern() is { } route)
            {
                // Of what came to no route nobody knows what it holds.
                span.SetTag("url.path", context.Request.Path.ToUriComponent());
                span.SetTag("http.route", route);
                span.DisplayName = $"{method} {route}";
            }

            var ours = context.Response.Headers[ProblemAnswer.ErrorHeader].ToString();
            if (ours.Length > 0 || status >= StatusCodes.Status500InternalServerError)
                span.SetTag("error.type", ours.Length > 0 ? ours : status.ToString(CultureInfo.InvariantCulture));
            if (status >= StatusCodes.Status500InternalServerError)
                span.SetStatus(ActivityStatusCode.Error);
        }
    }
}
