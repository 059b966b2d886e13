using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Hosting;

/// <summary>The section <c>Sidecar</c>: where it listens, to whom, and what it tells.</summary>
internal sealed record SidecarOptions
{
    public const string Section = "Sidecar";

    /// <summary>Where callers are served; off loopback only with <see cref="AllowRemoteCallers"/>.</summary>
    public ListenAddress Listen { get; init; } = ListenAddress.Loopback(8080);

    /// <summary>Whether callers may come from other machines. Each of them then acts with the merchant's credentials.</summary>
    public bool AllowRemoteCallers { get; init; }

    /// <summary>What a caller's Host header may name, without port.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = ["localhost", "127.0.0.1", "[::1]"];

    /// <summary>What a caller has to send in <c>Clik2pay-Sidecar-Token</c>; null: nothing. A secret.</summary>
    public string? CallerToken { get; init; }

    /// <summary>The file mode of a Unix socket, 0 to 0777: who may connect. By default owner and group.</summary>
    public UnixFileMode SocketMode { get; init; } = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    /// <summary>How many connections callers may hold open, 1 to 1,000,000; one more is closed. Administration has as many of its own.</summary>
    public int MaxConnections { get; init; } = 16_384;

    /// <summary>The largest body of a request in bytes, 0 to 2 GiB - 1.</summary>
    public int MaxRequestBodyBytes { get; init; } = 30_000_000;

    /// <summary>Where probes, metrics and the status page are. Nothing secret is served there, so it may listen on every address.</summary>
    public ListenAddress Admin { get; init; } = ListenAddress.Loopback(9090);

    /// <summary>How long callers are served as before when the end has begun, 0 to 3600 s.</summary>
    public TimeSpan DrainDelay { get; init; } = TimeSpan.FromSeconds(5);

    /// <summary>How long requests under way may take to end after that, 0 to 3600 s. Both together with a little more fit the 30 s that Kubernetes gives a pod.</summary>
    public TimeSpan StopTimeout { get; init; } = TimeSpan.FromSeconds(20);

    /// <summary>
    /// Whether the administration listener accepts <c>POST /quitquitquit</c> and <c>POST /tokens/refresh</c> from this machine.
    /// </summary>
    public bool AllowQuit { get; init; }

    /// <summary>How the lines of the log are written.</summary>
    public LogFormat LogFormat { get; init; } = LogFormat.Text;

    /// <summary>Whether each request of a caller is logged, in a line without path, query and body.</summary>
    public bool AccessLog { get; init; }

    /// <summary>Whether <c>run</c> uses the policy <c>SCHED_BATCH</c>: more throughput, more latency beside busy neighbors.</summary>
    public bool BatchScheduling { get; init; }

    /// <summary>Never the secret, so that no log line or debugger shows it by accident.</summary>
    public override string ToString() => $"callers on {Listen}, administration on {Admin}";
}
