namespace Clik2pay.Sidecar.Provider;

/// <summary>The settings of the section <c>Clik2pay</c>: the addresses of the provider, and the credentials.</summary>
internal sealed record Clik2payOptions
{
    public const string Section = "Clik2pay";
    public const string DefaultScope = "payment_request/all";
    public const double DefaultRefreshAt = 0.75;
    public const double MinRefreshAt = 0.1;
    public const double MaxRefreshAt = 0.95;

    /// <summary>Required. There is no default, because the environment decides whether real money moves.</summary>
    public required Clik2payEnvironment Environment { get; init; }

    /// <summary>
    /// Scheme, host and port of the Payment Requests API. The environment sets it, except that Custom requires the setting.
    /// </summary>
    public required Uri ApiBaseUrl { get; init; }

    /// <summary>The Auth API's token endpoint. The environment sets it, except that Custom requires the setting.</summary>
    public required Uri TokenEndpoint { get; init; }

    public required CredentialSet Credentials { get; init; }

    /// <summary>Sent to the token endpoint unchanged. If it is empty, no scope is sent.</summary>
    public string Scope { get; init; } = DefaultScope;

    /// <summary>A PEM file with the root certificates to trust for the API and the token endpoint. Null: the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>
    /// The fraction of a token's lifetime after which the next token is fetched in the background, from <see cref="MinRefreshAt"/> to
    /// <see cref="MaxRefreshAt"/>.
    /// </summary>
    public double RefreshAt { get; init; } = DefaultRefreshAt;
}
