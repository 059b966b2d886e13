namespace Clik2pay.Sidecar.Configuration;

/// <summary>The section <c>Clik2pay</c>: whom to call and with which credentials.</summary>
internal sealed record Clik2payOptions
{
    public const string Section = "Clik2pay";

    /// <summary>No default: whether real money moves must be said.</summary>
    public required Clik2payEnvironment Environment { get; init; }

    /// <summary>Scheme, host and port of the Payment Requests API. From the environment; to be given with Custom.</summary>
    public required Uri ApiBaseUrl { get; init; }

    /// <summary>The Auth API's token endpoint. From the environment; to be given with Custom.</summary>
    public required Uri TokenEndpoint { get; init; }

    public required CredentialSet Credentials { get; init; }

    /// <summary>Sent to the token endpoint as it is written; left out when empty.</summary>
    public string Scope { get; init; } = "payment_request/all";

    /// <summary>The fraction of a token's life after which its successor is fetched in the background; 0.1 to 0.95.</summary>
    public double RefreshAt { get; init; } = 0.75;
}
