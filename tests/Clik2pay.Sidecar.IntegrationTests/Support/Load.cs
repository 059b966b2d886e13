using System.Net;
using Clik2pay.Sidecar.Hosting;

namespace Clik2pay.Sidecar.IntegrationTests.Support;

/// <summary>Callers that send requests until they are disposed, and count the successful and the failed ones.</summary>
internal sealed class Load : IAsyncDisposable
{
    private readonly CancellationTokenSource end = new();
    private readonly List<Task> callers;
    private int succeeded;
    private int failed;

    /// <param name="sidecars">The sidecars to call.</param>
    /// <param name="callersEach">The number of callers of each sidecar.</param>
    /// <param name="pauseMs">The pause between two calls of a caller, in milliseconds. It leaves processor time for the sidecars.</param>
    public Load(IEnumerable<HttpClient> sidecars, int callersEach = 2, int pauseMs = 5)
    {
        var pause = TimeSpan.FromMilliseconds(pauseMs);
        callers = [.. sidecars.SelectMany(sidecar => Enumerable.Range(0, callersEach).Select(_ => CallAsync(sidecar, pause)))];
    }

    public int Succeeded => Volatile.Read(ref succeeded);

    public int Failed => Volatile.Read(ref failed);

    public async ValueTask DisposeAsync()
    {
        await end.CancelAsync();
        await Task.WhenAll(callers);
        end.Dispose();
    }

    private async Task CallAsync(HttpClient sidecar, TimeSpan pause)
    {
        while (!end.IsCancellationRequested)
        {
            try
            {
                using var response = await sidecar.GetAsync(new Uri("/open/v1/payment-requests", UriKind.Relative), CancellationToken.None);
                Interlocked.Increment(ref response.StatusCode == HttpStatusCode.OK ? ref succeeded : ref failed);
            }
            catch (HttpRequestException)
            {
                Interlocked.Increment(ref failed);
            }

            await Task.Delay(pause, SystemDefaults.Time, CancellationToken.None);
        }
    }
}
