namespace Clik2pay.Sidecar.Administration;

/// <summary>What gauges show of the moment at which somebody asks.</summary>
internal readonly record struct SidecarState
{
    /// <summary>What the readiness probe would say.</summary>
    public required bool IsReady { get; init; }

    /// <summary>How many requests of callers are under way.</summary>
    public required int RequestsUnderWay { get; init; }

    /// <summary>When the held token expires; null when none is held.</summary>
    public required DateTimeOffset? TokenExpiry { get; init; }

    /// <summary>The whole life of the held token; null when none is held.</summary>
    public required TimeSpan? TokenLifetime { get; init; }

    /// <summary>When a refresh brought a token last; null when none has.</summary>
    public required DateTimeOffset? LastSuccess { get; init; }

    /// <summary>Whether the credential files hold something else than what is in use.</summary>
    public required bool IsRotationPending { get; init; }

    /// <summary>Whether the shared store could be used at the last visit; null when there is none, or when it has not been visited.</summary>
    public required bool? IsStoreUp { get; init; }
}
