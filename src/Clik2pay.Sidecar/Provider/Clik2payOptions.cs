using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Provider;

/// <summary>
/// One profile: the provider's addresses, and the credentials. The section <c>Clik2pay</c> is the profile <c>default</c>. Further profiles
/// have the same settings in <c>Profiles:{name}</c>.
/// </summary>
internal sealed record Clik2payOptions
{
    public const string Section = "Clik2pay";
    public const string ProfilesSection = "Profiles";
    public const string DefaultProfile = "default";

    /// <summary>The label of refused requests, so no profile can have this name.</summary>
    public const string NoProfile = "none";

    public const string EnvironmentKey = "Clik2pay:Environment";
    public const string ApiBaseUrlKey = "Clik2pay:ApiBaseUrl";
    public const string TokenEndpointKey = "Clik2pay:TokenEndpoint";
    public const string AllowInsecureUpstreamKey = "Clik2pay:AllowInsecureUpstream";
    public const string CaFileKey = "Clik2pay:CaFile";
    public const string CredentialsDirectoryKey = "Clik2pay:CredentialsDirectory";

    /// <summary>The name of the profile, in lower case.</summary>
    public string Profile { get; init; } = DefaultProfile;

    /// <summary>Has no default, because it decides whether real money moves.</summary>
    [Setting(EnvironmentKey)]
    public required Clik2payEnvironment Environment { get; init; }

    /// <summary>Scheme, host and port of the Payment Requests API. The environment determines it, except for Custom.</summary>
    [Setting(ApiBaseUrlKey, NoRange = "Every address can be used. AllowInsecureUpstream restricts plain http.")]
    public required Uri ApiBaseUrl { get; init; }

    /// <summary>The token endpoint of the Auth API. The environment determines it, except for Custom.</summary>
    [Setting(TokenEndpointKey, NoRange = "Every address can be used. AllowInsecureUpstream restricts plain http.")]
    public required Uri TokenEndpoint { get; init; }

    /// <summary>Whether the addresses may use plain http to other machines.</summary>
    [Setting(AllowInsecureUpstreamKey, Default = "false")]
    public bool AllowInsecureUpstream { get; init; }

    /// <summary>The credentials, which are settings or files in a directory.</summary>
    [Setting(CredentialsDirectoryKey, NoRange = "Every readable directory can be used.")]
    public required CredentialSet Credentials { get; init; }

    /// <summary>The scope is sent to the token endpoint as written. An empty scope is not sent.</summary>
    [Setting("Clik2pay:Scope", Default = "payment_request/all", AllowsEmpty = true, NoRange = "The provider defines the scopes.")]
    public required string Scope { get; init; }

    /// <summary>A PEM file with the root certificates to trust for the API and the token endpoint. Null to trust the system's.</summary>
    [Setting(CaFileKey, NoRange = "Every readable file can be used.")]
    public string? CaFile { get; init; }

    /// <summary>The fraction of a token's lifetime after which a new token is fetched in the background.</summary>
    [Setting("Clik2pay:RefreshAt", Default = "0.75", Min = 0.1, Max = 0.95)]
    public required double RefreshAt { get; init; }

    /// <summary>The key of a setting of this profile.</summary>
    /// <param name="setting">The last part of the key, for example <c>Scope</c>.</param>
    public string KeyOf(string setting) => $"{SectionOf(Profile)}:{setting}";

    /// <summary>The section of a profile in the configuration.</summary>
    public static string SectionOf(string profile) => profile == DefaultProfile ? Section : $"{ProfilesSection}:{profile}";
}
