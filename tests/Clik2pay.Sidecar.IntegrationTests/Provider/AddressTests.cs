using System.Net;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support.Network;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.IntegrationTests.Provider;

/// <summary>A provider with two addresses. One or both of them do not work.</summary>
public sealed class AddressTests
{
    [Lesson("the second address was never tried: dotnet/corefx#29716, cyberduck#14761")]
    [Fact]
    public async Task With_one_working_address_of_two_the_first_token_and_the_first_payment_succeed_within_5_s()
    {
        await using var network = await TestNetwork.CreateAsync(network => $"{network.Host} two.example\n{network.OtherHost} two.example");

        // The system decides which address comes first, so the test breaks each of them in turn.
        // At the same time, the servers of two attempts could get the same port at different addresses.
        await TryAsync(network, works: network.Host, broken: network.OtherHost, isSilent: true);
        await TryAsync(network, works: network.OtherHost, broken: network.Host, isSilent: true);
        await TryAsync(network, works: network.Host, broken: network.OtherHost, isSilent: false);
        await TryAsync(network, works: network.OtherHost, broken: network.Host, isSilent: false);
    }

    [Lesson("an address that accepted connections was pinned although it completed no TLS handshake")]
    [Fact]
    public async Task When_one_address_completes_no_TLS_handshake_at_most_one_payment_fails_and_that_address_is_tried_last()
    {
        await using var network = await TestNetwork.CreateAsync(network => $"{network.Host} two.example\n{network.OtherHost} two.example");

        await Task.WhenAll(PayAsync(network, network.Host, network.OtherHost), PayAsync(network, network.OtherHost, network.Host));
    }

    [Lesson("connection attempts used up the limit of open files")]
    [Fact]
    public async Task When_no_address_of_the_provider_responds_liveness_probes_succeed()
    {
        await using var network = await TestNetwork.CreateAsync(network => $"{network.Host} two.example\n{network.OtherHost} two.example");
        await using var upstream = await RecordingUpstream.StartAsync(network.Host);
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync(network.Host);
        var port = new Uri(upstream.Address).Port;
        await network.DropAsync("--dport", $"{port}");

        // A program that is not published has about 200 more files open.
        var limit = SidecarProcess.IsPublished ? 256 : 768;
        await using var program = SidecarProcess.StartBy(
            [.. network.Command, "prlimit", $"--nofile={limit}:{limit}"],
            SidecarProcess.Environment($"http://two.example:{port}", tokenEndpoint, [.. network.Settings]),
            "run");
        var (address, admin) = await program.WaitForAddressesAsync();
        await program.WaitForLineAsync("Access token refreshed");
        using var callers = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address };
        using var prober = new HttpClient(new SocketsHttpHandler { UseProxy = false, PooledConnectionLifetime = TimeSpan.Zero })
        {
            BaseAddress = admin,
        };

        var payments = Enumerable.Range(0, limit).Select(_ => PayAsync(callers)).ToList();
        var mostFiles = 0;
        while (!payments.TrueForAll(payment => payment.IsCompleted))
        {
            Assert.Equal(HttpStatusCode.OK, (await prober.GetAsync("/livez", TestContext.Current.CancellationToken)).StatusCode);
            mostFiles = Math.Max(mostFiles, Directory.GetFileSystemEntries($"/proc/{program.Id}/fd").Length);
            await Task.Delay(TimeSpan.FromMilliseconds(100), SystemDefaults.Time);
        }

        var responses = await Task.WhenAll(payments);
        var accepted = responses.Count(response => response is not null);
        Figures.Report(
            $"{limit} open files and two silent addresses: at most {mostFiles} files open, {accepted} of {limit} callers accepted");
        Assert.InRange(mostFiles, limit / 2, limit - 1);
        Assert.All(responses.OfType<HttpStatusCode>(), status => Assert.Equal(HttpStatusCode.BadGateway, status));
        Assert.Contains(HttpStatusCode.BadGateway, responses);
    }

    /// <returns>The status, or null if the sidecar closed the connection because too many were open.</returns>
    private static async Task<HttpStatusCode?> PayAsync(HttpClient caller)
    {
        try
        {
            using var response = await caller.PostAsync("/open/v1/a", new StringContent("{}"), TestContext.Current.CancellationToken);
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    private static async Task PayAsync(TestNetwork network, string works, string broken)
    {
        using var certificates = new TestCertificates("two.example", isForLoopback: false);
        await using var upstream = new ScriptedUpstream(
            async connection =>
            {
                if (await connection.ReadRequestAsync() is not null)
                    await connection.WriteAsync("HTTP/1.1 201 Created\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
            },
            certificates,
            works);
        await using var closing = new ScriptedUpstream(connection => connection.ReadSomeAsync(), address: broken, port: upstream.Port);
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync(network.Host);
        await using var program = SidecarProcess.StartBy(
            network.Command,
            SidecarProcess.Environment(
                $"https://two.example:{upstream.Port}",
                tokenEndpoint,
                [.. network.Settings, ("Clik2pay:CaFile", certificates.AuthorityFile)]),
            "run");
        using var caller = await program.WaitForCallerAsync();
        await program.WaitForLineAsync("Access token refreshed");

        var statuses = new List<HttpStatusCode?>();
        for (var i = 0; i < 5; i++)
            statuses.Add(await PayAsync(caller));

        Assert.All(statuses.Skip(1), status => Assert.Equal(HttpStatusCode.Created, status));
        Assert.InRange(closing.Connections, 0, 1);
    }

    private static async Task TryAsync(TestNetwork network, string works, string broken, bool isSilent)
    {
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync(works);
        await using var upstream = await RecordingUpstream.StartAsync(works);
        var (tokenPort, apiPort) = (tokenEndpoint.Address.Port, new Uri(upstream.Address).Port);
        if (isSilent)
        {
            await network.DropAsync("-d", broken, "--dport", $"{tokenPort}");
            await network.DropAsync("-d", broken, "--dport", $"{apiPort}");
        }

        var environment = SidecarProcess.Environment($"http://two.example:{apiPort}", tokenEndpoint,
            [.. network.Settings, ("Clik2pay:TokenEndpoint", $"http://two.example:{tokenPort}/oauth2/token")]);
        var start = SystemDefaults.Time.GetTimestamp();
        await using var program = SidecarProcess.StartBy(network.Command, environment, "run");
        var (address, admin) = await program.WaitForAddressesAsync();
        await program.WaitForLineAsync("Access token refreshed");
        var token = SystemDefaults.Time.GetElapsedTime(start);

        using var caller = new HttpClient(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = address };
        start = SystemDefaults.Time.GetTimestamp();
        using var first = await caller.PostAsync("/open/v1/a", new StringContent("{}"), TestContext.Current.CancellationToken);
        var payment = SystemDefaults.Time.GetElapsedTime(start);
        var (exitCode, output) = await SidecarProcess.RunByAsync(network.Command, environment, "check");

        var fault = isSilent ? "one is silent" : "one refuses";
        Figures.Report(
            $"of two addresses {fault}: first token after {token.TotalSeconds:0.00} s, first payment after {payment.TotalSeconds:0.00} s");
        Assert.Equal(HttpStatusCode.OK, first.StatusCode);
        Assert.InRange(token, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.InRange(payment, TimeSpan.Zero, TimeSpan.FromSeconds(5));
        Assert.Equal((0, output), (exitCode, output));
    }
}
