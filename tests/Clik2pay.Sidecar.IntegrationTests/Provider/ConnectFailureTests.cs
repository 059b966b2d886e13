using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using Clik2pay.Sidecar.Cli;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support.Network;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.IntegrationTests.Provider;

/// <summary>Every way in which establishing a connection can fail, for the API, the token endpoint and <c>check</c>.</summary>
public sealed class ConnectFailureTests
{
    private readonly ConcurrentQueue<string> failures = new();

    [Lesson("no connection was established, and callers got 504: dotnet/yarp#1628, dotnet/runtime#78070")]
    [Fact]
    public async Task Without_a_connection_the_response_reports_that_nothing_was_sent_and_the_cause()
    {
        using var trusted = new TestCertificates("provider.example", isForLoopback: false);
        using var stranger = new TestCertificates("provider.example", isForLoopback: false);
        await using var network = await TestNetwork.CreateAsync(network => $"{network.Host} provider.example proxy.example");
        await using var names = new NameServer(network.Host);
        var requests = 0;
        await using var silent = new ScriptedUpstream(
            connection => Task.Delay(Timeout.InfiniteTimeSpan, SystemDefaults.Time, connection.Stopped), address: network.Host);
        await using var untrusted = new ScriptedUpstream(CountAsync, stranger, network.Host);
        await using var dropped = new ScriptedUpstream(CountAsync, address: network.Host);
        await using var refusing = new ScriptedUpstream(
            async connection =>
            {
                while (await connection.ReadRequestAsync() is not null)
                    await connection.WriteAsync(
                        "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0\r\n\r\n");
            },
            address: network.Host);
        await using var closing = new ScriptedUpstream(connection => connection.ReadRequestAsync(), address: network.Host);
        await network.DropAsync("--dport", $"{dropped.Port}");
        var closed = ClosedPort(network.Host);
        var provider = "https://provider.example";

        // The connect timeout is 10 s for the API and 5 s for the token endpoint.
        Row[] rows =
        [
            new(
                "SYN dropped",
                $"{provider}:{dropped.Port}",
                "could not be reached: no connection within {0} s, because provider.example:{1} did not respond"),
            new("refused", $"{provider}:{closed}", "could not be reached: the connection was refused"),
            new(
                "TLS silent",
                $"{provider}:{silent.Port}",
                "could not be reached: no connection within {0} s, because the TLS handshake got no response"),
            new("TLS untrusted", $"{provider}:{untrusted.Port}", "could not be trusted: its certificate is from an unknown authority"),
            new(
                "proxy silent",
                provider,
                $"could not be reached through the proxy http://proxy.example:{silent.Port}: no connection within {{0}} s")
                { Proxy = $"http://proxy.example:{silent.Port}" },
            new(
                "proxy 407",
                provider,
                $"could not be reached through the proxy http://proxy.example:{refusing.Port}: the proxy responded 407")
                { Proxy = $"http://user:secret@proxy.example:{refusing.Port}" },
            new(
                "proxy SYN dropped",
                provider,
                $"could not be reached through the proxy http://proxy.example:{dropped.Port}: no connection within {{0}} s")
                { Proxy = $"http://proxy.example:{dropped.Port}" },
            new(
                "proxy closes",
                provider,
                $"could not be reached through the proxy http://proxy.example:{closing.Port}: the proxy closed the connection")
                { Proxy = $"http://proxy.example:{closing.Port}" },
            new("name not found", "https://nowhere.example", "could not be reached: the name nowhere.example does not resolve"),
            new(
                "name server silent",
                "https://silent.example",
                "could not be reached: no connection within {0} s, because the name silent.example was not resolved"),
        ];
        await Task.WhenAll(rows.SelectMany(row => (Task[])[CheckApiAsync(row), CheckTokenEndpointAsync(row)]));

        Assert.True(failures.IsEmpty, string.Join(System.Environment.NewLine, failures));
        Assert.Equal(0, requests);

        async Task CountAsync(ScriptedUpstream.Connection connection)
        {
            if (await connection.Stream.ReadAsync(new byte[1], connection.Stopped) > 0)
                Interlocked.Increment(ref requests);
        }

        async Task CheckApiAsync(Row row)
        {
            await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync(network.Host);
            var environment = Environment(row, tokenEndpoint, ("Clik2pay:ApiBaseUrl", row.Address));
            var says = string.Format(System.Globalization.CultureInfo.InvariantCulture, row.Says, 10, dropped.Port);
            await using var program = SidecarProcess.StartBy(network.Command, environment, "run");

            var checking = SidecarProcess.RunByAsync(network.Command, environment, "check");
            await ExpectProblemAsync(row, program, HttpStatusCode.BadGateway, "upstream_unreachable", says);
            ExpectCheck(row, await checking, ExitCode.ApiUnreachable, $"FAIL  API             {row.Address}/ {says}");
        }

        async Task CheckTokenEndpointAsync(Row row)
        {
            await using var upstream = await RecordingUpstream.StartAsync(network.Host);
            await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync(network.Host);
            var environment = Environment(
                row, tokenEndpoint, ("Clik2pay:ApiBaseUrl", upstream.Address), ("Clik2pay:TokenEndpoint", $"{row.Address}/oauth2/token"));
            var says = string.Format(System.Globalization.CultureInfo.InvariantCulture, row.Says, 5, dropped.Port);
            await using var program = SidecarProcess.StartBy(network.Command, environment, "run");

            var checking = SidecarProcess.RunByAsync(network.Command, environment, "check");
            await ExpectProblemAsync(row, program, HttpStatusCode.ServiceUnavailable, "token_unavailable", says);
            ExpectCheck(
                row,
                await checking,
                ExitCode.TokenEndpointUnreachable,
                $"FAIL  token endpoint  the token endpoint {row.Address}/oauth2/token {says}");
            Assert.Empty(upstream.Received);
        }

        Dictionary<string, string> Environment(Row row, FakeTokenEndpoint tokenEndpoint, params IEnumerable<(string, string)> settings)
        {
            var environment = SidecarProcess.Environment(
                "http://127.0.0.1", tokenEndpoint, [.. network.Settings, ("Clik2pay:CaFile", trusted.AuthorityFile), .. settings]);
            foreach (var name in (string[])["HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy", "NO_PROXY", "no_proxy"])
                environment[name] = name.Equals("https_proxy", StringComparison.OrdinalIgnoreCase) ? row.Proxy : "";
            return environment;
        }
    }

    private async Task ExpectProblemAsync(Row row, SidecarProcess program, HttpStatusCode status, string code, string says)
    {
        using var caller = await program.WaitForCallerAsync();
        using var response = await caller.PostAsync(
            "/open/v1/payment-requests", new StringContent("{}"), TestContext.Current.CancellationToken);
        var text = await response.Content.ReadAsStringAsync();
        var problem = JsonDocument.Parse(text).RootElement;

        Expect(response.StatusCode == status, row, $"{response.StatusCode} is not {status}");
        Expect(problem.GetProperty("code").GetString() == code, row, text);
        Expect(problem.GetProperty("sent").GetString() == "no", row, text);
        Expect(problem.GetProperty("detail").GetString()!.Contains(says, StringComparison.Ordinal), row, text);
        Expect(!(text + program.Text()).Contains("secret", StringComparison.Ordinal), row, "a secret is shown");
    }

    private void ExpectCheck(Row row, (int ExitCode, string Output) check, int exitCode, string line)
    {
        Expect(check.ExitCode == exitCode, row, $"the exit code is {check.ExitCode}, not {exitCode}");
        Expect(check.Output.Contains(line, StringComparison.Ordinal), row, check.Output);
        Expect(!check.Output.Contains("secret", StringComparison.Ordinal), row, "a secret is shown");
    }

    private void Expect(bool isTrue, Row row, string otherwise)
    {
        if (!isTrue)
            failures.Enqueue($"{row.Name}: {otherwise}");
    }

    private static int ClosedPort(string address)
    {
        using var listener = new TcpListener(IPAddress.Parse(address), 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <param name="Name">What fails.</param>
    /// <param name="Address">Where.</param>
    /// <param name="Says">The expected message. {0} is the connect timeout in seconds, {1} the port whose packets are dropped.</param>
    private sealed record Row(string Name, string Address, string Says)
    {
        public string Proxy { get; init; } = "";
    }
}
