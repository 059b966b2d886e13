using System.Globalization;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Fleet.Histories.Recording;

namespace Clik2pay.Sidecar.IntegrationTests.Fleet.Histories.Running;

/// <summary>A replica of the fleet and its caller. After a restart, the replica is another process.</summary>
internal sealed class FleetReplica(int number, Func<SidecarProcess> start, History history, HistoryClock clock) : IAsyncDisposable
{
    private static readonly TimeSpan CallPeriod = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan CallTimeout = TimeSpan.FromSeconds(2);

    private SidecarProcess? process;
    private CancellationTokenSource? stop;
    private Task calling = Task.CompletedTask;
    private int processes;
    private long lastServed = -1;

    public int Number { get; } = number;

    /// <summary>Whether a call that was sent at this time or later got a 200.</summary>
    public bool HasServedSince(TimeSpan time) => Volatile.Read(ref lastServed) >= time.Ticks;

    /// <summary>Starts the process, waits until it listens, and starts the calls.</summary>
    public async Task StartAsync()
    {
        process = start();
        stop = new();
        calling = CallAsync(await process.WaitForAddressAsync(), $"{Number}.{++processes}", stop.Token);
    }

    public void Signal(int signal) => process!.Signal(signal);

    /// <summary>Kills the process during calls, and starts another one.</summary>
    public async Task RestartAsync()
    {
        await process!.DisposeAsync();
        await StopCallingAsync();
        await StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopCallingAsync();
        if (process is not null)
            await process.DisposeAsync();
    }

    private async Task StopCallingAsync()
    {
        if (stop is not null)
            await stop.CancelAsync();
        await calling;
        stop?.Dispose();
        stop = null;
    }

    private async Task CallAsync(Uri address, string name, CancellationToken cancellationToken)
    {
        using var client = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address };
        client.DefaultRequestHeaders.Add(RecordedProvider.ProcessHeader, name);
        while (!cancellationToken.IsCancellationRequested)
        {
            await CallOnceAsync(client);
            await Task.Delay(CallPeriod, SystemDefaults.Time, CancellationToken.None);
        }
    }

    private async Task CallOnceAsync(HttpClient client)
    {
        var sentAt = clock.Now;
        var (outcome, isExplained) = ("no connection", false);
        using var timeout = new CancellationTokenSource(CallTimeout, SystemDefaults.Time);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/open/v1/payment-requests")
        {
            Headers = { { RecordedProvider.SentAtHeader, sentAt.Ticks.ToString(CultureInfo.InvariantCulture) } },
        };
        try
        {
            using var response = await client.SendAsync(request, timeout.Token);
            isExplained = response.Headers.TryGetValues("Clik2pay-Sidecar-Error", out var codes);
            outcome = isExplained ? $"{(int)response.StatusCode} {codes!.Single()}" : $"{(int)response.StatusCode}";
        }
        catch (OperationCanceledException)
        {
            outcome = "timeout";
        }
        catch (HttpRequestException)
        {
            // The process was killed.
        }

        history.Calls.Enqueue(new(Number, sentAt, clock.Now, outcome, isExplained));
        if (outcome == Call.Served)
            Volatile.Write(ref lastServed, sentAt.Ticks);
    }
}
