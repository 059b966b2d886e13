namespace Clik2pay.Sidecar.Benchmarks.Steady;

/// <summary>In the place of the HTTP client: an answer that was made before, so that what sending costs is not counted as ours.</summary>
internal sealed class ReadyResponse(HttpResponseMessage answer) : HttpMessageHandler
{
    private readonly Task<HttpResponseMessage> ready = Task.FromResult(answer);

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken) => ready;
}
