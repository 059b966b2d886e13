using System.Diagnostics;
using System.Globalization;
using Clik2pay.Sidecar.Telemetry;

namespace Clik2pay.Sidecar.Provider.Connections;

/// <summary>
/// The span of a call of the provider, by OpenTelemetry's conventions (https://opentelemetry.io/docs/specs/semconv/http/http-spans/#http-client-span),
/// without its query. The HTTP client's own costs each request something, sampled or not, and tells messages of exceptions, in which it
/// quotes what upstream sent.
/// </summary>
internal sealed class ClientSpan(HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) =>
        Activity.Current is { Recorded: true } ? DescribeAsync(request, cancellationToken) : base.SendAsync(request, cancellationToken);

    /// <summary>Asynchronous from its first line: what it makes the current span is that only in here, and a replay's span no child of the first one's.</summary>
    private async Task<HttpResponseMessage> DescribeAsync(HttpRequestMessage request, CancellationToken cancellationToken)
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
            Fail((e as HttpRequestException)?.HttpRequestError.ToSnakeCase() ?? e.GetType().FullName!);
            throw;
        }

        void Fail(string type)
        {
            span?.SetTag("error.type", type);
            span?.SetStatus(ActivityStatusCode.Error);
        }
    }
}
