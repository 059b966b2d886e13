using System.Collections.Concurrent;
using System.Net;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support;
using Clik2pay.Sidecar.IntegrationTests.Support.Network;
using Clik2pay.Sidecar.Tests.Support.Tokens;

namespace Clik2pay.Sidecar.IntegrationTests.Provider;

/// <summary>
/// The network silently drops the packets of established connections, as a firewall does after a restart. New connections work.
/// </summary>
public sealed class SilentDropTests
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    /// <summary>The time within which the sidecar detects the drop.</summary>
    private static readonly TimeSpan DetectedWithin = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(LongTests.Repeats(many: 60, few: 30));

    [Lesson("five minutes of 504 on the one dropped connection: hyperium/hyper#4186, agentgateway#3231")]
    [Fact]
    public async Task Every_payment_that_starts_20_s_or_more_after_the_drop_succeeds()
    {
        var runs = await Task.WhenAll(RunAsync(connections: 1), RunAsync(connections: 6));

        foreach (var (connections, payments) in runs)
        {
            var failed = payments.Where(payment => payment.Status != HttpStatusCode.Created).ToList();
            var last = failed.Select(payment => payment.At.TotalSeconds).DefaultIfEmpty(-1).Max();
            Figures.Report(
                $"{connections} connections dropped: {failed.Count} of {payments.Count} payments failed, the last one at {last:0} s");
            Assert.DoesNotContain(failed, payment => payment.At >= DetectedWithin);
            Assert.All(failed, payment => Assert.Equal(HttpStatusCode.BadGateway, payment.Status));
            Assert.All(failed, payment => Assert.Contains("stopped acknowledging data", payment.Text, StringComparison.Ordinal));
        }
    }

    private static async Task<(int Connections, IReadOnlyList<Payment> Payments)> RunAsync(int connections)
    {
        using var certificates = new TestCertificates("provider.example", isForLoopback: false);
        await using var network = await TestNetwork.CreateAsync(network => $"{network.Host} provider.example");
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync(network.Host);
        var ports = new ConcurrentBag<int>();
        var arrived = 0;
        var allArrived = new TaskCompletionSource();
        await using var upstream = new ScriptedUpstream(
            async connection =>
            {
                ports.Add(((IPEndPoint)connection.Socket.RemoteEndPoint!).Port);
                while (await connection.ReadRequestAsync() is { } request)
                {
                    // The first requests are in progress at the same time, so that each has its own connection.
                    if (request.Target.EndsWith("/before", StringComparison.Ordinal) && Interlocked.Increment(ref arrived) == connections)
                        allArrived.SetResult();
                    await allArrived.Task;
                    await connection.WriteAsync("HTTP/1.1 201 Created\r\nContent-Length: 2\r\n\r\n{}");
                }
            },
            certificates,
            network.Host);
        await using var program = SidecarProcess.StartBy(
            network.Command,
            SidecarProcess.Environment(
                $"https://provider.example:{upstream.Port}",
                tokenEndpoint,
                [.. network.Settings, ("Clik2pay:CaFile", certificates.AuthorityFile)]),
            "run");
        using var caller = await program.WaitForCallerAsync();
        var before = await Task.WhenAll(Enumerable.Range(0, connections).Select(_ => PayAsync(caller, "before")));
        Assert.All(before, payment => Assert.Equal(HttpStatusCode.Created, payment.Status));
        Assert.Equal(connections, ports.Count);

        foreach (var port in ports)
        {
            await network.DropAsync("--sport", $"{port}", "--dport", $"{upstream.Port}");
            await network.DropIncomingAsync("--sport", $"{upstream.Port}", "--dport", $"{port}");
        }

        var start = SystemDefaults.Time.GetTimestamp();
        var payments = new List<Task<Payment>>();
        for (var at = TimeSpan.Zero; at <= Duration; at += Interval)
        {
            var wait = at - SystemDefaults.Time.GetElapsedTime(start);
            await Task.Delay(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, SystemDefaults.Time);
            payments.Add(TimeAsync(SystemDefaults.Time.GetElapsedTime(start)));
        }

        return (connections, await Task.WhenAll(payments));

        async Task<Payment> TimeAsync(TimeSpan at)
        {
            var (status, text) = await PayAsync(caller, $"{at.TotalSeconds:0}");
            return new(at, status, text);
        }
    }

    private static async Task<(HttpStatusCode Status, string Text)> PayAsync(HttpClient caller, string name)
    {
        using var response = await caller.PostAsync($"/open/v1/{name}", new StringContent("{}"), TestContext.Current.CancellationToken);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    /// <param name="At">The time from the drop to the start of the payment.</param>
    /// <param name="Status">The status of the response.</param>
    /// <param name="Text">The body of the response.</param>
    private sealed record Payment(TimeSpan At, HttpStatusCode Status, string Text);
}
