using System.Diagnostics;
using System.Globalization;
using Clik2pay.Sidecar.Requests.State;
using Clik2pay.Sidecar.Telemetry;
using Clik2pay.Sidecar.Telemetry.Export;

namespace Clik2pay.Sidecar.Requests;

/// <summary>
/// Records the span of a caller's request by OpenTelemetry's conventions
/// (https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-server), without the query and without headers. The server's own span
/// is not used, because it costs time on each request, sampled or not. Only the traceparent of the caller is used, because the caller's
/// tracestate and baggage would be exported with each span.
/// </summary>
internal sealed class ServerSpan(RequestDelegate next, TraceSampling sampling)
{
    public Task InvokeAsync(HttpContext context)
    {
        // An invalid traceparent is ignored (https://www.w3.org/TR/trace-context/#a-traceparent-is-received).
        var hasParent = ActivityContext.TryParse(context.Request.Headers.TraceParent, traceState: null, isRemote: true, out var parent);
        return sampling.Samples(hasParent) ? DescribeAsync(context, parent) : next(context);
    }

    private async Task DescribeAsync(HttpContext context, ActivityContext parent)
    {
        var method = context.Request.KnownMethod();
        using var span = SidecarSpans.Source.StartActivity(method, ActivityKind.Server, parent);
        if (span is not { IsAllDataRequested: true })
        {
            await next(context);
            return;
        }

        span.SetTag("http.request.method", method);
        span.SetTag("url.scheme", context.Request.Scheme);
        span.SetTag("network.protocol.version", context.Request.ProtocolVersion());
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
                // The path of a request without a route may contain anything.
                span.SetTag("url.path", context.Request.Path.ToUriComponent());
                span.SetTag("http.route", route);
                span.DisplayName = $"{method} {route}";
            }

            var exchange = Exchange.Of(context);
            if (exchange.HasProfile)
                span.SetTag("clik2pay.sidecar.profile", exchange.Profile.Name);
            if (exchange.Caller is { } caller)
                span.SetTag("clik2pay.sidecar.caller", caller);
            if (exchange.Operation is { } operation)
                span.SetTag("clik2pay.sidecar.operation", operation.ToSnakeCase());

            var error = exchange.ErrorType;
            if (error is not null || status >= StatusCodes.Status500InternalServerError)
                span.SetTag("error.type", error ?? status.ToString(CultureInfo.InvariantCulture));
            if (status >= StatusCodes.Status500InternalServerError)
                span.SetStatus(ActivityStatusCode.Error);
        }
    }
}
