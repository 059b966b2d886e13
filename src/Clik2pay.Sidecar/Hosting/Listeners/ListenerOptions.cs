using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Hosting.Listeners;

/// <summary>The listeners for callers, and the limits of all listeners.</summary>
internal sealed record ListenerOptions
{
    public const string ListenKey = "Sidecar:Listen";
    public const string AllowRemoteCallersKey = "Sidecar:AllowRemoteCallers";
    public const string MaxConnectionsKey = "Sidecar:MaxConnections";

    /// <summary>The address of the default listener. It must be local unless <see cref="AllowRemoteCallers"/> is true.</summary>
    [Setting(ListenKey, Default = "http://127.0.0.1:8080", NoRange = "Every address of this machine is allowed.")]
    public required ListenAddress Listen { get; init; }

    /// <summary>
    /// The listeners for callers: first the default one at <see cref="Listen"/>, then the others in the order of their names.
    /// </summary>
    public IReadOnlyList<CallerListener> CallerListeners { get; init; } = [];

    /// <summary>Whether callers on other machines are allowed. Each of them uses the merchant's credentials.</summary>
    [Setting(AllowRemoteCallersKey, Default = "false")]
    public required bool AllowRemoteCallers { get; init; }

    /// <summary>The mode of the files of Unix sockets. The mode determines which users may connect.</summary>
    [Setting("Sidecar:SocketMode", Default = "0660", NoRange = "Every mode has a use.")]
    public required UnixFileMode SocketMode { get; init; }

    /// <summary>
    /// The number of connections that callers can open to all of their listeners together. The administration listener accepts the same
    /// number in addition.
    /// </summary>
    [Setting(MaxConnectionsKey, Default = "16384", Min = 1, Max = 1_000_000)]
    public required int MaxConnections { get; init; }

    /// <summary>The maximum size of a request body, including the framing of chunks.</summary>
    [Setting("Sidecar:MaxRequestBodyBytes", Default = "30000000", Unit = "bytes", Min = 0, Max = int.MaxValue)]
    public required int MaxRequestBodyBytes { get; init; }
}
