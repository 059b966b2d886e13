using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Requests.Guard;

/// <summary>The options that restrict callers.</summary>
internal sealed record CallerOptions
{
    public const string AllowedHostsKey = "Sidecar:AllowedHosts";
    public const string CallerTokenKey = "Sidecar:CallerToken";

    /// <summary>The hosts that a caller's Host header may name, without ports.</summary>
    [Setting(AllowedHostsKey, Default = "localhost;127.0.0.1;[::1]", NoRange = "Every host name and address can be allowed.")]
    public required IReadOnlyList<string> AllowedHosts { get; init; }

    /// <summary>The secret that callers must send in <c>Clik2pay-Sidecar-Token</c>. Null if no secret is required.</summary>
    [Setting(CallerTokenKey, IsSecret = true, NoRange = "The operator chooses the secret.")]
    public required string? CallerToken { get; init; }

    /// <summary>Whether creates and payments are refused if they have no valid <c>merchantTransactionId</c>.</summary>
    [Setting("Sidecar:RequireMerchantTransactionId", Default = "false")]
    public required bool RequireMerchantTransactionId { get; init; }

    /// <summary>Whether token requests of callers get a placeholder.</summary>
    [Setting("Sidecar:PlaceholderTokenEndpoint", Default = "false")]
    public required bool PlaceholderTokenEndpoint { get; init; }

    /// <summary>Omits the secret, which the compiler's version would contain.</summary>
    public override string ToString() => $"allowed hosts {string.Join(", ", AllowedHosts)}";
}
