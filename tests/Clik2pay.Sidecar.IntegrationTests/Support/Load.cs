using System.Net;
using Clik2pay.Sidecar.Hosting;

namespace Clik2pay.Sidecar.IntegrationTests.Support;

/// <summary>Callers that call again and again until they are told to stop, and count what came back.</summary>
internal sealed class Load : IAsyncDisposable
{
    private readonly CancellationTokenSource end = new();
    private readonly List<Task> callers;
    private int succeeded;
    private int failed;

    /// <param name="sidecars">Whom to call.</param>
    /// <param name="callersEach">How many callers each of them has.</param>
    /// <param name="pauseMs">Between two calls of a caller, in milliseconds: a load, not a contest for the machine's two cores.</param>
    public Load(IEnumerable<HttpClient> sidecars, int callersEach = 2, int pauseMs = 5) =>
        callers = [.. sidecars.SelectMany(sidecar => Enumerable.Range(0, callersEach).Select(_ => CallAsync(sidecar, TimeSpan.FromMilliseconds(pauseMs))))];

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
                using var answer = await sidecar.GetAsync(new Uri("/open/v1/payment-requests", UriKind.Relative), CancellationToken.None);
                Interlocked.Increment(ref answer.StatusCode == HttpStatusCode.OK ? ref succeeded : ref failed);
            }
            catch (HttpRequestException)
            {
                Interlocked.Increment(ref failed);
            }

            await Task.Delay(pause, SystemDefaults.Time, CancellationToken.None);
        }
    }
}
