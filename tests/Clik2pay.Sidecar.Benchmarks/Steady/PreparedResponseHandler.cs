namespace Clik2pay.Sidecar.Benchmarks.Steady;

/// <summary>Replaces the HTTP client with a response that already exists, so that the cost of sending is not measured.</summary>
internal sealed class PreparedResponseHandler(HttpResponseMessage response) : HttpMessageHandler
{
    private readonly Task<HttpResponseMessage> task = Task.FromResult(response);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => task;
}
