namespace Clik2pay.Sidecar.Configuration;

/// <summary>The section <c>Sidecar</c>: where it listens and to whom.</summary>
internal sealed record SidecarOptions
{
    public const string Section = "Sidecar";

    /// <summary>Where callers are served; off loopback only with <see cref="AllowRemoteCallers"/>.</summary>
    public ListenAddress Listen { get; init; } = ListenAddress.Loopback(8080);

    /// <summary>Whether callers may come from other machines. Each of them then acts with the merchant's credentials.</summary>
    public bool AllowRemoteCallers { get; init; }

    /// <summary>What a caller's Host header may name, without port.</summary>
    public IReadOnlyList<string> AllowedHosts { get; init; } = ["localhost", "127.0.0.1", "[::1]"];

    /// <summary>Where probes are answered. Nothing secret is served there, so it may listen on every address.</summary>
    public ListenAddress Admin { get; init; } = ListenAddress.Loopback(9090);
}
