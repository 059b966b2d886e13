using System.Text.Json;
using Clik2pay.Sidecar.Hosting;

namespace Clik2pay.Sidecar.IntegrationTests.Support.Clocks;

/// <summary>A process with a token, and HTTP clients for its caller and administration addresses.</summary>
internal sealed class ClockReplica : IAsyncDisposable
{
    /// <summary>The length of a large body in bytes. The sidecar does not keep such a body for a replay after a 401.</summary>
    public const int LargeBody = 80_000;

    private ClockReplica(SidecarProcess process, Uri callers, Uri admin)
    {
        Process = process;
        Caller = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = callers };
        Admin = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = admin };
    }

    public SidecarProcess Process { get; }

    public HttpClient Caller { get; }

    private HttpClient Admin { get; }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Waits until the process has a token.</summary>
    public static async Task<ClockReplica> StartAsync(SidecarProcess process)
    {
        var (callers, admin) = await process.WaitForAddressesAsync();
        var replica = new ClockReplica(process, callers, admin);
        while (!await replica.HasStartedAsync())
            await Task.Delay(TimeSpan.FromMilliseconds(50), SystemDefaults.Time, Cancellation);
        return replica;
    }

    /// <returns>The status of the response.</returns>
    public async Task<int> PostAsync(int bodyLength = LargeBody)
    {
        using var body = new ByteArrayContent(new byte[bodyLength]);
        using var response = await Caller.PostAsync(new Uri("/open/v1/payment-requests", UriKind.Relative), body, Cancellation);
        return (int)response.StatusCode;
    }

    /// <returns>Whether the status reports a token.</returns>
    public async Task<bool> HasTokenAsync()
    {
        using var status = JsonDocument.Parse(await ReadAsync("/status"));
        return status.RootElement.GetProperty("token").ValueKind != JsonValueKind.Null;
    }

    /// <returns>The body of the readiness probe's response, which differs with and without a token.</returns>
    public Task<string> ReadReadinessAsync() => ReadAsync("/readyz");

    /// <returns>The value of a metric without labels.</returns>
    public async Task<string> ReadMetricAsync(string name)
    {
        var metrics = await ReadAsync("/metrics");
        return metrics.Split('\n').Single(line => line.StartsWith($"{name}{{}} ", StringComparison.Ordinal)).Split(' ')[1];
    }

    public async ValueTask DisposeAsync()
    {
        Caller.Dispose();
        Admin.Dispose();
        await Process.DisposeAsync();
    }

    private async Task<bool> HasStartedAsync()
    {
        using var response = await Admin.GetAsync(new Uri("/startupz", UriKind.Relative), Cancellation);
        return response.IsSuccessStatusCode;
    }

    private Task<string> ReadAsync(string path) => Admin.GetStringAsync(new Uri(path, UriKind.Relative), Cancellation);
}
