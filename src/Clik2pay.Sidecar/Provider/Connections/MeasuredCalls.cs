namespace Clik2pay.Sidecar.Provider.Connections;

/// <summary>Records the duration of each call of an HTTP client.</summary>
internal sealed class MeasuredCalls(HttpMessageHandler inner, CallMetrics metrics, TimeProvider time) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var startedAt = time.GetTimestamp();
        HttpResponseMessage response;
        try
        {
            response = await base.SendAsync(request, cancellationToken);
        }
        catch (Exception e)
        {
            metrics.Failed(request.Method.Method, CallMetrics.NameOf(e), time.GetElapsedTime(startedAt));
            throw;
        }

        metrics.Responded(request.Method.Method, response, time.GetElapsedTime(startedAt));
        return response;
    }
}
