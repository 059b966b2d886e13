using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Clik2pay.Sidecar.Cli.Demo;
using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Cli;

public sealed partial class DemoPortTests
{
    private static readonly Dictionary<string, string> NoVariables = [];

    public static string[] FreePorts { get; } = ["--port", "0", "--admin-port", "0", "--simulator-port", "0"];

    [Fact]
    public async Task With_port_0_each_replica_gets_free_ports_and_the_banner_names_them()
    {
        await using var demo = SidecarProcess.Start(NoVariables, ["demo", "--replicas", "2", .. FreePorts]);
        await demo.WaitForLineAsync("Ctrl-C");
        var line = demo.Output.Single(line => line.StartsWith("2 sidecars serve", StringComparison.Ordinal));
        var addresses = Address().Matches(line).Select(match => new Uri("http://" + match.Value)).ToList();
        var provider = demo.Output.Single(line => line.StartsWith("The simulated provider is on", StringComparison.Ordinal));
        var simulator = new Uri(provider.Split(' ')[5].TrimEnd('.'));
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });

        // Adjacent ports are shown as a range.
        if (addresses.Count == 4)
            Assert.Equal(4, addresses.Select(address => address.Port).Distinct().Count());
        Assert.True((await http.GetAsync(new Uri(addresses[0], "/open/v1/payment-requests/none"))).Headers.Contains("x-amzn-RequestId"));
        Assert.Equal(HttpStatusCode.OK, (await http.GetAsync(new Uri(addresses[^1], "/livez"))).StatusCode);
        var counters = await http.GetFromJsonAsync<JsonElement>(new Uri(simulator, "/_simulator/counters"));
        Assert.Equal(1, counters.GetProperty("tokenRequests").GetInt32());
    }

    [Fact]
    public async Task With_all_interfaces_another_loopback_address_reaches_callers_and_administration()
    {
        await using var demo = SidecarProcess.Start(NoVariables, ["demo", "--all-interfaces", .. FreePorts]);
        await demo.WaitForLineAsync("Ctrl-C");
        var line = demo.Output.Single(line => line.StartsWith("One sidecar serves", StringComparison.Ordinal));
        Assert.Contains(demo.Output, line => line.Contains("All ports accept connections on every address", StringComparison.Ordinal));
        var ports = Address().Matches(line).Select(match => new Uri("http://" + match.Value).Port).ToList();
        using var http = new HttpClient(new SocketsHttpHandler { UseProxy = false });

        // 127.0.0.2 stands for an address of the machine other than 127.0.0.1. Published ports keep the Host header of the client.
        using var call = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.2:{ports[0]}/open/v1/payment-requests/none");
        call.Headers.Host = $"127.0.0.1:{ports[0]}";
        Assert.True((await http.SendAsync(call)).Headers.Contains("x-amzn-RequestId"));
        using var probe = new HttpRequestMessage(HttpMethod.Get, $"http://127.0.0.2:{ports[1]}/readyz");
        Assert.Equal(HttpStatusCode.OK, (await http.SendAsync(probe)).StatusCode);
    }

    [Theory]
    [InlineData("--port")]
    [InlineData("--admin-port")]
    [InlineData("--simulator-port")]
    public async Task If_a_port_is_in_use_the_demo_exits_with_2_and_names_the_option(string option)
    {
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var arguments = FreePorts.ToArray();
        arguments[Array.IndexOf(arguments, option) + 1] = $"{((IPEndPoint)other.LocalEndpoint).Port}";

        var (exitCode, output) = await SidecarProcess.RunAsync(NoVariables, ["demo", .. arguments]);

        Assert.Equal(2, exitCode);
        var ending = $"address already in use. Choose another port with {option}, or 0 for a free one.";
        Assert.Contains(output.Split('\n'), line => line.EndsWith(ending, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--port: 65530 is too high for 20 replicas. Use 65516 or less", "--port", "65530", "--replicas", "20")]
    [InlineData("--admin-port: 65535 is too high for 2 replicas. Use 65534 or less", "--admin-port", "65535", "--replicas", "2")]
    [InlineData("--port and --admin-port overlap", "--port", "9090")]
    [InlineData("--admin-port and --simulator-port overlap", "--admin-port", "5071", "--replicas", "10")]
    [InlineData("'65536' is not a whole number from 0 to 65535", "--port", "65536")]
    [InlineData("'-1' is not a whole number from 0 to 65535", "--simulator-port", "-1")]
    [InlineData("'many' is not a whole number from 0 to 65535", "--admin-port", "many")]
    public async Task If_the_ports_cannot_be_used_the_demo_exits_with_1_and_the_reason(string message, params string[] arguments)
    {
        var (exitCode, output) = await SidecarProcess.RunAsync(NoVariables, ["demo", .. arguments]);

        Assert.Equal(1, exitCode);
        Assert.Contains(message, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Help_of_the_demo_names_the_port_options_and_their_defaults()
    {
        var (exitCode, output) = await SidecarProcess.RunAsync(NoVariables, "demo", "--help");

        Assert.Equal(0, exitCode);
        Assert.Matches("--port .*8080", output);
        Assert.Matches("--admin-port .*9090", output);
        Assert.Matches("--simulator-port .*5080", output);
    }

    [Fact]
    public void Replica_k_uses_the_first_port_plus_k()
    {
        Assert.Equal("http://127.0.0.1:8083", new DemoPorts("--port", 8080, 4).AddressOf(3, "127.0.0.1"));
        Assert.Equal("http://127.0.0.1:0", new DemoPorts("--port", 0, 4).AddressOf(3, "127.0.0.1"));
        Assert.Null(new DemoPorts("--port", 65_516, 20).Error);
    }

    [GeneratedRegex(@"127\.0\.0\.1:\d+", RegexOptions.NonBacktracking)]
    private static partial Regex Address();
}
