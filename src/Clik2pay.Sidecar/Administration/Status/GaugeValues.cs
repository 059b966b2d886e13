namespace Clik2pay.Sidecar.Administration.Status;

/// <summary>What the gauges report in a scrape or an export.</summary>
internal readonly record struct GaugeValues
{
    /// <summary>The result of the readiness probe.</summary>
    public required bool IsReady { get; init; }

    /// <summary>The number of caller requests in progress.</summary>
    public required int RequestsInProgress { get; init; }

    /// <summary>When the current token expires. Null without a current token.</summary>
    public required DateTimeOffset? TokenExpiry { get; init; }

    /// <summary>The lifetime of the current token, from issue to expiry. Null without a current token.</summary>
    public required TimeSpan? TokenLifetime { get; init; }

    /// <summary>When a refresh last obtained a token. Null before the first token.</summary>
    public required DateTimeOffset? LastSuccess { get; init; }

    /// <summary>Whether the credential files differ from the credentials in use.</summary>
    public required bool IsRotationPending { get; init; }

    /// <summary>Whether the last operation on the shared store succeeded. Null without a store or before the first operation.</summary>
    public required bool? IsStoreUp { get; init; }
}
