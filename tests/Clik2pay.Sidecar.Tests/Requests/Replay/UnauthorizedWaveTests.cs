using System.Collections.Concurrent;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Requests.Replay;

/// <summary>Many 401s at the same time. The sidecar runs as a separate process.</summary>
[Collection(OpenFiles.Collection)]
public sealed class UnauthorizedWaveTests
{
    /// <summary>10,000, or as many as the limit of open files allows here.</summary>
    private static readonly int Requests = OpenFiles.MaxCallers;

    [Fact]
    public async Task Concurrent_requests_with_one_401_each_cause_one_token_call_and_all_succeed()
    {
        var allAreSent = new TaskCompletionSource();
        await using var upstream = await RecordingUpstream.StartAsync();
        upstream.Respond = async context =>
        {
            if (context.Request.Headers.Authorization != "Bearer access_token_1")
                return;

            await allAreSent.Task.WaitAsync(context.RequestAborted);
            context.Response.StatusCode = 401;
        };
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        await using var sidecar = SidecarProcess.Start(SettingsOf(upstream, tokenEndpoint));
        var address = await sidecar.WaitForAddressAsync();

        var connections = new RawConnection[Requests];
        await Parallel.ForAsync(0, Requests, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) =>
        {
            connections[i] = await RawConnection.OpenAsync(address);
            await connections[i].SendAsync(
                $"POST /open/v1/{i} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{{}}");
        });

        // A response to a later request shows that the sidecar has reached the earlier ones. The provider now sends their 401s.
        for (var i = 0; i < 64; i++)
            await RawConnection.ExchangeAsync(address, "GET /nowhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        allAreSent.SetResult();

        var succeeded = 0;
        await Parallel.ForAsync(0, Requests, new ParallelOptions { MaxDegreeOfParallelism = 64 }, async (i, _) =>
        {
            await using var connection = connections[i];
            if ((await connection.ReadToEndAsync()).StartsWith("HTTP/1.1 200", StringComparison.Ordinal))
                Interlocked.Increment(ref succeeded);
        });

        var rejected = upstream.Received.Count(received => received.Headers.Authorization == FirstTokenRejected.FirstToken);
        Figures.Report(
            $"{Requests} concurrent requests, {rejected} with one 401: {tokenEndpoint.Calls - 1} token call, {succeeded} succeeded");
        Assert.Equal(Requests, succeeded);
        Assert.Equal(2, tokenEndpoint.Calls);
        Assert.Equal(Requests + rejected, upstream.Received.Count);
        Assert.InRange(rejected, Requests / 2, Requests);
        Assert.All(upstream.Received.GroupBy(received => received.Target, StringComparer.Ordinal), sent =>
        {
            var last = Assert.Single(sent, request => request.Headers.Authorization != FirstTokenRejected.FirstToken);
            Assert.Equal("Bearer access_token_2", last.Headers.Authorization);
        });
    }

    [Fact]
    public async Task A_provider_that_always_responds_with_401_causes_one_token_call_per_interval_under_load()
    {
        var seconds = Environment.GetEnvironmentVariable("TEST_LONG") == "1" ? 60 : 5;
        await using var upstream = await RecordingUpstream.StartAsync();
        upstream.Respond = FakeTokenEndpoint.Respond(401, "theirs");
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        await using var sidecar = SidecarProcess.Start(SettingsOf(upstream, tokenEndpoint));
        using var caller = new HttpClient(new SocketsHttpHandler { UseProxy = false })
        {
            BaseAddress = await sidecar.WaitForAddressAsync(),
        };

        var passedOn = 0;
        var others = new ConcurrentQueue<string>();
        var begin = SystemDefaults.Time.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, 32).Select(async _ =>
        {
            while (Seconds() < seconds)
            {
                using var response = await caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));
                if ((int)response.StatusCode == 401 && !response.Headers.Contains("Clik2pay-Sidecar-Error"))
                    Interlocked.Increment(ref passedOn);
                else
                    others.Enqueue(await response.Content.ReadAsStringAsync());
            }
        }));

        // One token call at startup, one for the first 401, and one for each complete interval after that.
        var maxCalls = 2 + (int)(Seconds() / 30);
        var (calls, rest) = (tokenEndpoint.Calls, others.Count);
        Figures.Report($"only 401 for {Seconds():F0} s: returned {passedOn}, {rest} other, {calls} token calls of at most {maxCalls}");
        Assert.Empty(others);
        Assert.True(passedOn > 0);
        Assert.InRange(calls, 2, maxCalls);

        double Seconds() => SystemDefaults.Time.GetElapsedTime(begin).TotalSeconds;
    }

    private static Dictionary<string, string> SettingsOf(RecordingUpstream upstream, FakeTokenEndpoint tokenEndpoint) =>
        TestSidecar.Defaults(upstream.Address, tokenEndpoint.Address)
            .Where(setting => !setting.Key.StartsWith("ReverseProxy:", StringComparison.Ordinal))

            // 256 connections to the provider are enough. The other open files are for callers.
            .Append(new("ReverseProxy:Clusters:clik2pay:HttpClient:MaxConnectionsPerServer", "256"))
            .ToDictionary(
                setting => setting.Key.Replace(":", "__", StringComparison.Ordinal), setting => setting.Value!, StringComparer.Ordinal);
}
