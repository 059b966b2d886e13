namespace Clik2pay.Sidecar.Provider;

/// <summary>The section <c>Clik2pay</c>: whom to call and with which credentials.</summary>
internal sealed record Clik2payOptions
{
    public const string Section = "Clik2pay";
    public const string DefaultScope = "payment_request/all";
    public const double DefaultRefreshAt = 0.75;
    public const double LeastRefreshAt = 0.1;
    public const double MostRefreshAt = 0.95;

    /// <summary>No default: whether real money moves must be said.</summary>
    public required Clik2payEnvironment Environment { get; init; }

    /// <summary>Scheme, host and port of the Payment Requests API. From the environment; to be given with Custom.</summary>
    public required Uri ApiBaseUrl { get; init; }

    /// <summary>The Auth API's token endpoint. From the environment; to be given with Custom.</summary>
    public required Uri TokenEndpoint { get; init; }

    public required CredentialSet Credentials { get; init; }

    /// <summary>Sent to the token endpoint as it is written; left out when empty.</summary>
    public string Scope { get; init; } = DefaultScope;

    /// <summary>A PEM file with the root certificates to trust for the API and the token endpoint. Null: the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>The fraction of a token's life after which its successor is fetched in the background; <see cref="LeastRefreshAt"/> to <see cref="MostRefreshAt"/>.</summary>
    public double RefreshAt { get; init; } = DefaultRefreshAt;
}
