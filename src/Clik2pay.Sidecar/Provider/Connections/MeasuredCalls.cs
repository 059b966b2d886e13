namespace Clik2pay.Sidecar.Provider.Connections;

/// <summary>Measures every call of an HTTP client.</summary>
internal sealed class MeasuredCalls(HttpMessageHandler inner, CallMetrics metrics, TimeProvider time) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        try
        {
            var response = await base.SendAsync(request, cancellationToken);
            metrics.Responded(request.Method.Method, response, time.GetElapsedTime(startedAt));
            return response;
        }
        catch (Exception e)
        {
            metrics.Failed(request.Method.Method, e, time.GetElapsedTime(startedAt));
            throw;
        }
    }
}
