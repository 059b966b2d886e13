using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Requests;

/// <summary>Runs the sidecar as a separate process, so that its thousands of connections do not count as open files of the test.</summary>
[Collection(OpenFiles.Collection)]
public sealed class ColdWaveTests
{
    /// <summary>10,000, or as many as the limit of open files allows here.</summary>
    private static readonly int Requests = OpenFiles.MaxCallers;

    [Fact]
    public async Task Concurrent_requests_on_a_cold_process_cause_one_token_call()
    {
        var gate = new TaskCompletionSource();
        await using var upstream = await RecordingUpstream.StartAsync();
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        tokenEndpoint.Gate = gate.Task;
        await using var sidecar = SidecarProcess.Start(Environment(upstream, tokenEndpoint));
        var address = await sidecar.WaitForAddressAsync();

        // The token endpoint responds when all requests have been sent, or after 6 s, before the sidecar's timeout for the token call.
        var sent = 0;
        var sentBefore = 0;
        using var slow = new Timer(_ => OpenGate(), state: null, TimeSpan.FromSeconds(6), Timeout.InfiniteTimeSpan);
        var connections = new RawConnection[Requests];
        await Parallel.ForAsync(0, Requests, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) =>
        {
            connections[i] = await RawConnection.OpenAsync(address);
            await connections[i].SendAsync($"GET /open/v1/{i} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            Interlocked.Increment(ref sent);
        });
        OpenGate();

        var succeeded = 0;
        await Parallel.ForAsync(0, Requests, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) =>
        {
            await using var connection = connections[i];
            if ((await connection.ReadToEndAsync()).StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
                Interlocked.Increment(ref succeeded);
        });

        Figures.Report(
            $"{Requests} requests on a cold process, {sentBefore} before a token: {tokenEndpoint.Calls} token call, {succeeded} succeeded");
        Assert.Equal(1, tokenEndpoint.Calls);
        Assert.Equal(Requests, succeeded);
        Assert.Equal(Requests, upstream.Received.Count);

        void OpenGate()
        {
            Interlocked.CompareExchange(ref sentBefore, Volatile.Read(ref sent), 0);
            gate.TrySetResult();
        }
    }

    private static Dictionary<string, string> Environment(RecordingUpstream upstream, FakeTokenEndpoint tokenEndpoint)
    {
        var settings = TestSidecar.Defaults(upstream.Address, tokenEndpoint.Address)
            .Where(setting => !setting.Key.StartsWith("ReverseProxy:", StringComparison.Ordinal))

            // 256 connections to the provider are enough. The other open files are for callers.
            .Append(new("ReverseProxy:Clusters:clik2pay:HttpClient:MaxConnectionsPerServer", "256"));
        return settings.ToDictionary(
            setting => setting.Key.Replace(":", "__", StringComparison.Ordinal), setting => setting.Value!, StringComparer.Ordinal);
    }
}
