using System.Net;
using System.Net.Sockets;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support.Network;

namespace Clik2pay.Sidecar.IntegrationTests.Provider;

/// <summary>Servers and HTTP proxies, each of which fails in one step of establishing a connection.</summary>
internal sealed class FailingServers : IAsyncDisposable
{
    private const string Provider = "https://provider.example";

    private readonly TestCertificates trusted = new("provider.example", isForLoopback: false);
    private readonly TestCertificates otherAuthority = new("provider.example", isForLoopback: false);
    private readonly NameServer nameServer;
    private readonly ScriptedUpstream silent;
    private readonly ScriptedUpstream untrusted;
    private readonly ScriptedUpstream dropped;
    private readonly ScriptedUpstream refusing;
    private readonly ScriptedUpstream closing;
    private int requests;

    private FailingServers(TestNetwork network)
    {
        Network = network;
        nameServer = new(network.Host);
        silent = new(
            connection => Task.Delay(Timeout.InfiniteTimeSpan, SystemDefaults.Time, connection.Stopped), address: network.Host);
        untrusted = new(CountAsync, otherAuthority, network.Host);
        dropped = new(CountAsync, address: network.Host);
        refusing = new(RefuseAsync, address: network.Host);
        closing = new(connection => connection.ReadRequestAsync(), address: network.Host);
    }

    public TestNetwork Network { get; }

    /// <summary>A PEM file with the authority to trust.</summary>
    public string AuthorityFile => trusted.AuthorityFile;

    /// <summary>The number of requests that arrived although no connection should be established.</summary>
    public int Requests => Volatile.Read(ref requests);

    /// <summary>One call for each kind of failure.</summary>
    public IReadOnlyList<ConnectFailure> Failures => [.. DirectFailures, .. ProxyFailures];

    private IEnumerable<ConnectFailure> DirectFailures =>
    [
        new(
            "SYN dropped",
            $"{Provider}:{dropped.Port}",
            timeout => $"could not be reached: no connection within {timeout} s, because provider.example:{dropped.Port} did not respond"),
        new("refused", $"{Provider}:{FindClosedPort()}", _ => "could not be reached: the connection was refused"),
        new(
            "TLS silent",
            $"{Provider}:{silent.Port}",
            timeout => $"could not be reached: no connection within {timeout} s, because the TLS handshake got no response"),
        new(
            "TLS untrusted",
            $"{Provider}:{untrusted.Port}",
            _ => "could not be trusted: its certificate is from an unknown authority"),
        new(
            "name not found",
            "https://nowhere.example",
            _ => "could not be reached: the name nowhere.example does not resolve"),
        new(
            "name server silent",
            "https://silent.example",
            timeout => $"could not be reached: no connection within {timeout} s, because the name silent.example was not resolved"),
    ];

    private IEnumerable<ConnectFailure> ProxyFailures =>
    [
        FailThroughProxy("proxy silent", silent, timeout => $"no connection within {timeout} s"),
        FailThroughProxy("proxy 407", refusing, _ => "the proxy responded 407", "user:secret@"),
        FailThroughProxy("proxy SYN dropped", dropped, timeout => $"no connection within {timeout} s"),
        FailThroughProxy("proxy closes", closing, _ => "the proxy closed the connection"),
    ];

    /// <summary>Without permission to create a network, the test is skipped.</summary>
    public static async Task<FailingServers> StartAsync()
    {
        var servers = new FailingServers(
            await TestNetwork.CreateAsync(network => $"{network.Host} provider.example proxy.example"));
        await servers.Network.DropAsync("--dport", $"{servers.dropped.Port}");
        return servers;
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var server in new[] { silent, untrusted, dropped, refusing, closing })
            await server.DisposeAsync();
        await nameServer.DisposeAsync();
        await Network.DisposeAsync();
        trusted.Dispose();
        otherAuthority.Dispose();
    }

    private static ConnectFailure FailThroughProxy(
        string name, ScriptedUpstream proxy, Func<int, string> explain, string credentials = "") =>
        new(
            name,
            Provider,
            timeout => $"could not be reached through the proxy http://proxy.example:{proxy.Port}: {explain(timeout)}",
            $"http://{credentials}proxy.example:{proxy.Port}");

    private static async Task RefuseAsync(ScriptedUpstream.Connection connection)
    {
        while (await connection.ReadRequestAsync() is not null)
        {
            await connection.WriteAsync(
                "HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic realm=\"p\"\r\nContent-Length: 0\r\n\r\n");
        }
    }

    private async Task CountAsync(ScriptedUpstream.Connection connection)
    {
        if (await connection.Stream.ReadAsync(new byte[1], connection.Stopped) > 0)
            Interlocked.Increment(ref requests);
    }

    private int FindClosedPort()
    {
        using var listener = new TcpListener(IPAddress.Parse(Network.Host), 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
