using System.Diagnostics;

namespace Clik2pay.Sidecar.IntegrationTests.Support.Network;

/// <summary>
/// A network namespace for the program, with its own name resolution, connected to this process by a pair of virtual interfaces. Dropped
/// packets affect only this namespace. The test is skipped without root, <c>ip</c> or <c>iptables</c>.
/// </summary>
internal sealed class TestNetwork : IAsyncDisposable
{
    private static int count;

    private readonly string name;
    private readonly string folder;

    private TestNetwork(string name, string prefix)
    {
        (this.name, folder) = (name, $"/etc/netns/{name}");
        (Host, OtherHost, Sidecar) = ($"{prefix}.1", $"{prefix}.3", $"{prefix}.2");
    }

    /// <summary>The address of this process.</summary>
    public string Host { get; }

    /// <summary>Another address of this process.</summary>
    public string OtherHost { get; }

    /// <summary>The address of the program.</summary>
    public string Sidecar { get; }

    /// <summary>The command that starts a program in the namespace.</summary>
    public IReadOnlyList<string> Command => ["ip", "netns", "exec", name];

    /// <param name="hosts">Returns the lines of the hosts file in the namespace.</param>
    public static async Task<TestNetwork> CreateAsync(Func<TestNetwork, string> hosts)
    {
        var number = Interlocked.Increment(ref count);
        var network = new TestNetwork($"c2p{Environment.ProcessId}-{number}", $"10.{100 + (Environment.ProcessId % 100)}.{number}");
        if (!File.Exists("/usr/sbin/iptables") || (await TryRunAsync("ip", "netns", "add", network.name)).ExitCode != 0)
            Assert.Skip("Network namespaces are not allowed here, or ip or iptables is missing.");

        try
        {
            await network.JoinAsync(hosts(network));
            return network;
        }
        catch
        {
            await network.DisposeAsync();
            throw;
        }
    }

    /// <summary>Drops packets that the program sends, selected by arguments of iptables.</summary>
    public Task DropAsync(params string[] selection) => RunAsync(
        [.. Command, "iptables", "-w", "-A", "OUTPUT", "-p", "tcp", .. selection, "-j", "DROP"]);

    /// <summary>Drops packets to the program.</summary>
    public Task DropIncomingAsync(params string[] selection) => RunAsync(
        [.. Command, "iptables", "-w", "-A", "INPUT", "-p", "tcp", .. selection, "-j", "DROP"]);

    /// <summary>Lets all packets pass again.</summary>
    public async Task HealAsync()
    {
        await RunAsync([.. Command, "iptables", "-w", "-F", "OUTPUT"]);
        await RunAsync([.. Command, "iptables", "-w", "-F", "INPUT"]);
    }

    /// <summary>Lets the program reach servers on <see cref="Host"/> of another network. Both addresses belong to this machine.</summary>
    public Task ReachHostOfAsync(TestNetwork other) =>
        RunAsync("ip", "-n", name, "route", "add", $"{other.Host}/32", "via", Host);

    /// <summary>Settings with which this process can call a program in the namespace, and the program can call plain http.</summary>
    public IEnumerable<(string Key, string Value)> Settings =>
    [
        ("Sidecar:Listen", $"http://{Sidecar}:0"),
        ("Sidecar:Admin", $"http://{Sidecar}:0"),
        ("Sidecar:AllowRemoteCallers", "true"),
        ("Sidecar:AllowedHosts", Sidecar),
        ("Clik2pay:AllowInsecureUpstream", "true"),
    ];

    public async ValueTask DisposeAsync()
    {
        await TryRunAsync("ip", "netns", "del", name);
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    private static async Task RunAsync(params string[] command)
    {
        var (exitCode, output) = await TryRunAsync(command);
        Assert.True(exitCode == 0, $"{string.Join(' ', command)}: {output}");
    }

    private static async Task<(int ExitCode, string Output)> TryRunAsync(params string[] command)
    {
        try
        {
            var start = new ProcessStartInfo(command[0], command[1..])
            {
                UseShellExecute = false,
                RedirectStandardError = true,
                RedirectStandardOutput = true,
            };
            using var process = Process.Start(start)!;
            var output = await process.StandardError.ReadToEndAsync() + await process.StandardOutput.ReadToEndAsync();
            await process.WaitForExitAsync();
            return (process.ExitCode, output);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            return (-1, e.Message);
        }
    }

    private async Task JoinAsync(string hosts)
    {
        // ip netns exec mounts these files over those of the system.
        Directory.CreateDirectory(folder);
        await File.WriteAllTextAsync($"{folder}/hosts", $"127.0.0.1 localhost\n{hosts}\n");
        await File.WriteAllTextAsync($"{folder}/resolv.conf", $"nameserver {Host}\n");
        await File.WriteAllTextAsync($"{folder}/nsswitch.conf", "hosts: files dns\n");

        var here = $"{name[3..]}v";
        await RunAsync("ip", "link", "add", here, "type", "veth", "peer", "name", "eth0", "netns", name);
        await RunAsync("ip", "addr", "add", $"{Host}/24", "dev", here);
        await RunAsync("ip", "addr", "add", $"{OtherHost}/24", "dev", here);
        await RunAsync("ip", "link", "set", here, "up");
        await RunAsync("ip", "-n", name, "addr", "add", $"{Sidecar}/24", "dev", "eth0");
        await RunAsync("ip", "-n", name, "link", "set", "eth0", "up");
        await RunAsync("ip", "-n", name, "link", "set", "lo", "up");
    }
}
