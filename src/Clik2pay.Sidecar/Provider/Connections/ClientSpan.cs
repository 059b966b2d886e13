using System.Diagnostics;
using System.Globalization;
using Clik2pay.Sidecar.Telemetry;

namespace Clik2pay.Sidecar.Provider.Connections;

/// <summary>
/// Creates the span of a call to the provider, by OpenTelemetry's conventions for HTTP clients, without the query
/// (https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span). The HTTP client's own span is not used. That span costs
/// time on every request, sampled or not. It also contains messages of exceptions, which may quote what the provider sent.
/// </summary>
internal sealed class ClientSpan(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Activity.Current is { Recorded: true } ? SendInSpanAsync(request, cancellationToken) : base.SendAsync(request, cancellationToken);

    /// <summary>
    /// The method is async so that its span is current only inside the method. Otherwise, the span of a replay would become a child of the
    /// first call's span.
    /// </summary>
    private async Task<HttpResponseMessage> SendInSpanAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var address = request.RequestUri!;
        using var span = SidecarSpans.Source.StartActivity(request.Method.Method, ActivityKind.Client);
        span?.SetTag("http.request.method", request.Method.Method);
        span?.SetTag("server.address", address.IdnHost);
        span?.SetTag("server.port", address.Port);
        span?.SetTag("url.full", address.OriginalString.Split('?')[0]);
        try
        {
            var response = await base.SendAsync(request, cancellationToken);
            var status = (int)response.StatusCode;
            span?.SetTag("http.response.status_code", status);
            span?.SetTag("network.protocol.version", $"{response.Version}");
            if (status >= StatusCodes.Status400BadRequest)
                Fail(status.ToString(CultureInfo.InvariantCulture));
            return response;
        }
        catch (Exception e)
        {
            Fail(CallMetrics.NameOf(e));
            throw;
        }

        void Fail(string type)
        {
            span?.SetTag("error.type", type);
            span?.SetStatus(ActivityStatusCode.Error);
        }
    }
}
