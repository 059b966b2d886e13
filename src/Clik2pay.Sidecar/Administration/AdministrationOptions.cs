using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Administration;

/// <summary>The administration listener.</summary>
internal sealed record AdministrationOptions
{
    public const string AddressKey = "Sidecar:Admin";

    public const string ReadyWhenKey = "Sidecar:ReadyWhen";

    public const string UnreadyWhenRefusedKey = "Sidecar:UnreadyWhenRefused";

    /// <summary>The address of probes, metrics and the status page. It can be any address, because they contain no secret.</summary>
    [Setting(AddressKey, Default = "http://127.0.0.1:9090", NoRange = "Every address of this machine is allowed.")]
    public required ListenAddress Address { get; init; }

    /// <summary>Whether <c>POST /quitquitquit</c> and <c>POST /tokens/refresh</c> are accepted from this machine.</summary>
    [Setting("Sidecar:AllowQuit", Default = "false")]
    public required bool AllowQuit { get; init; }

    /// <summary>Which profiles the startup and readiness probes require.</summary>
    [Setting(ReadyWhenKey, Default = "Any")]
    public required ReadyWhen ReadyWhen { get; init; }

    /// <summary>Whether refused credentials make the readiness probe fail.</summary>
    [Setting(UnreadyWhenRefusedKey, Default = "Always")]
    public required UnreadyWhenRefused UnreadyWhenRefused { get; init; }
}
