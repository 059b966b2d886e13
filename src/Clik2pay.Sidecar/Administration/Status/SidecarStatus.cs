using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Tokens.Sharing;

namespace Clik2pay.Sidecar.Administration.Status;

/// <summary>The status of the sidecar at one moment. It contains no secret.</summary>
internal sealed record SidecarStatus
{
    /// <summary>The environment if the profiles have different ones.</summary>
    private const string MixedEnvironments = "Mixed";

    public required DateTimeOffset At { get; init; }

    public required TimeSpan Uptime { get; init; }

    /// <summary>The result of the readiness probe.</summary>
    public required Probe Readiness { get; init; }

    /// <summary>Whether the sidecar has begun to stop.</summary>
    public required bool IsStopping { get; init; }

    /// <summary>At least one. The profile <c>default</c> comes first, if it exists.</summary>
    public required IReadOnlyList<ProfileStatus> Profiles { get; init; }

    /// <summary>The environment of all profiles, or <c>Mixed</c>.</summary>
    public string Environment => EnvironmentOf(Profiles.Select(profile => profile.Options));

    public required StoreStatus Store { get; init; }

    /// <summary>The number of responses to callers: the provider's by class of status, the sidecar's own by error code.</summary>
    public required IReadOnlyList<KeyValuePair<string, long>> Responses { get; init; }

    /// <returns>The environment that all profiles have, or <c>Mixed</c>.</returns>
    public static string EnvironmentOf(IEnumerable<Clik2payOptions> profiles) =>
        profiles.Select(profile => $"{profile.Environment}").Distinct(StringComparer.Ordinal).ToList() is [var one]
            ? one
            : MixedEnvironments;
}
