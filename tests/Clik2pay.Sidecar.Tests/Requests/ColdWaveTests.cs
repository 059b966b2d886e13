using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Requests;

/// <summary>A process of its own, so that ten thousand connections are its own too.</summary>
[Collection(OpenFiles.Collection)]
public sealed class ColdWaveTests
{
    /// <summary>10,000, or as many as the limit of open files allows here.</summary>
    private static readonly int Requests = OpenFiles.MostCallers;

    [Fact]
    public async Task Concurrent_requests_on_a_cold_process_cost_one_token_call()
    {
        var gate = new TaskCompletionSource();
        await using var upstream = await RecordingUpstream.StartAsync();
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        tokenEndpoint.Gate = gate.Task;
        await using var sidecar = SidecarProcess.Start(Environment(upstream, tokenEndpoint));
        var address = await sidecar.WaitForAddressAsync();

        // The token comes when all have asked; or shortly before the sidecar would give the token endpoint up, should this machine be that slow.
        var asked = 0;
        var askedBefore = 0;
        using var slow = new Timer(_ => Open(), state: null, TimeSpan.FromSeconds(6), Timeout.InfiniteTimeSpan);
        var connections = new RawConnection[Requests];
        await Parallel.ForAsync(0, Requests, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) =>
        {
            connections[i] = await RawConnection.OpenAsync(address);
            await connections[i].SendAsync($"GET /open/v1/{i} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            Interlocked.Increment(ref asked);
        });
        Open();

        var succeeded = 0;
        await Parallel.ForAsync(0, Requests, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) =>
        {
            await using var connection = connections[i];
            if ((await connection.ReadToEndAsync()).StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
                Interlocked.Increment(ref succeeded);
        });

        Figures.Report($"{Requests} concurrent requests on a cold process: {tokenEndpoint.Calls} token call, {succeeded} succeeded, {askedBefore} had asked before the token came");
        Assert.Equal(1, tokenEndpoint.Calls);
        Assert.Equal(Requests, succeeded);
        Assert.Equal(Requests, upstream.Received.Count);

        void Open()
        {
            Interlocked.CompareExchange(ref askedBefore, Volatile.Read(ref asked), 0);
            gate.TrySetResult();
        }
    }

    private static Dictionary<string, string> Environment(RecordingUpstream upstream, FakeTokenEndpoint tokenEndpoint)
    {
        var settings = TestSidecar.Defaults(upstream.Address, tokenEndpoint.Address)
            .Where(setting => !setting.Key.StartsWith("ReverseProxy:", StringComparison.Ordinal))

            // Towards upstream 256 connections are enough; the limit of open files is for the callers.
            .Append(new("ReverseProxy:Clusters:clik2pay:HttpClient:MaxConnectionsPerServer", "256"));
        return settings.ToDictionary(setting => setting.Key.Replace(":", "__", StringComparison.Ordinal), setting => setting.Value!, StringComparer.Ordinal);
    }
}
