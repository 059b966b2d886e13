using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Configuration.Certificates;

namespace Clik2pay.Sidecar.Provider;

/// <summary>Reads and validates the section <c>Clik2pay</c> and the sections in <c>Profiles</c>.</summary>
internal static class Clik2payOptionsReader
{
    /// <returns>The profiles without those for which an error was reported. The profile <c>default</c> comes first.</returns>
    public static IReadOnlyList<Clik2payOptions> ReadAll(SettingsReader settings)
    {
        var names = settings.ReadNames(Clik2payOptions.ProfilesSection).ToList();
        if (names.Remove(Clik2payOptions.DefaultProfile))
        {
            settings.AddError(
                $"{Clik2payOptions.ProfilesSection}:{Clik2payOptions.DefaultProfile}",
                $"the section {Clik2payOptions.Section} is the profile {Clik2payOptions.DefaultProfile}. Move the settings there.");
        }

        if (names.Remove(Clik2payOptions.NoProfile))
        {
            settings.AddError(
                Clik2payOptions.SectionOf(Clik2payOptions.NoProfile),
                "the name is reserved for requests without a profile. Use another name.");
        }

        // With other profiles, the profile default is optional.
        if (names.Count == 0 || settings.HasAny(Clik2payOptions.Section))
            names.Insert(0, Clik2payOptions.DefaultProfile);

        var profiles = names.ConvertAll(name => Read(settings, name));
        foreach (var name in names)
            settings.RejectUnknownKeys(Clik2payOptions.SectionOf(name));
        return [.. profiles.OfType<Clik2payOptions>()];
    }

    /// <returns>A reader whose declared section <c>Clik2pay</c> is the section of the profile.</returns>
    public static SettingsReader ForProfile(SettingsReader settings, string profile) =>
        settings.ForSection(Clik2payOptions.Section, Clik2payOptions.SectionOf(profile));

    /// <returns>The options, or null if an error was reported that leaves one of them without a value.</returns>
    private static Clik2payOptions? Read(SettingsReader all, string profile)
    {
        var settings = ForProfile(all, profile);

        // Everything is read before anything is rejected, so that one run reports all errors.
        var environment = ReadEnvironment(settings);
        var allowInsecure = settings.Read<Clik2payOptions, bool>(nameof(Clik2payOptions.AllowInsecureUpstream));
        var apiBaseUrl = ReadAddress(settings, Clik2payOptions.ApiBaseUrlKey, environment, allowInsecure);
        var tokenEndpoint = ReadAddress(settings, Clik2payOptions.TokenEndpointKey, environment, allowInsecure);
        var credentials = CredentialSetReader.Read(settings);
        var caFile = settings.Read<Clik2payOptions, string>(nameof(Clik2payOptions.CaFile));
        var scope = settings.Read<Clik2payOptions, string>(nameof(Clik2payOptions.Scope));
        var refreshAt = settings.Read<Clik2payOptions, double>(nameof(Clik2payOptions.RefreshAt));

        if (apiBaseUrl is { PathAndQuery: not "/" })
        {
            settings.AddError(
                Clik2payOptions.ApiBaseUrlKey,
                "it has a path. Remove everything after the host and port, because callers send the paths.");
        }

        if (environment is { } known and not Clik2payEnvironment.Custom)
            (apiBaseUrl, tokenEndpoint) = ProviderAddresses.For(known);

        ValidateAuthorities(settings, caFile, apiBaseUrl, tokenEndpoint);
        if (environment is null || apiBaseUrl is null || tokenEndpoint is null || credentials is null)
            return null;

        return new()
        {
            Profile = profile,
            Environment = environment.Value,
            ApiBaseUrl = apiBaseUrl,
            TokenEndpoint = tokenEndpoint,
            AllowInsecureUpstream = allowInsecure,
            Credentials = credentials,
            CaFile = caFile,
            Scope = scope!,
            RefreshAt = refreshAt,
        };
    }

    private static Clik2payEnvironment? ReadEnvironment(SettingsReader settings)
    {
        if (settings.Text(Clik2payOptions.EnvironmentKey) is null)
        {
            settings.AddError(
                Clik2payOptions.EnvironmentKey,
                "it is missing. Set Sandbox or Production, depending on the credentials, or Custom with your own addresses.");
        }

        return settings.Read<Clik2payOptions, Clik2payEnvironment?>(nameof(Clik2payOptions.Environment));
    }

    private static void ValidateAuthorities(SettingsReader settings, string? caFile, Uri? apiBaseUrl, Uri? tokenEndpoint)
    {
        if (caFile is null)
            return;

        CertificateAuthorities.Validate(settings, Clik2payOptions.CaFileKey, caFile);
        if (apiBaseUrl is { Scheme: "http" } && tokenEndpoint is { Scheme: "http" })
        {
            settings.AddError(
                Clik2payOptions.CaFileKey,
                $"no certificates are checked, because {settings.KeyOf(Clik2payOptions.ApiBaseUrlKey)} and "
                    + $"{settings.KeyOf(Clik2payOptions.TokenEndpointKey)} use http. "
                    + "Use https or remove this setting.");
        }
    }

    private static Uri? ReadAddress(SettingsReader settings, string key, Clik2payEnvironment? environment, bool allowInsecure)
    {
        var text = settings.Text(key);

        if (environment != Clik2payEnvironment.Custom)
        {
            if (text is not null && environment is not null)
            {
                settings.AddError(
                    key,
                    $"it is only for {settings.KeyOf(Clik2payOptions.EnvironmentKey)}=Custom. "
                        + $"Remove it; the address of {environment} is known.");
            }

            return null;
        }

        Uri? address = null;
        var error = text is null ? $"it is missing. {settings.KeyOf(Clik2payOptions.EnvironmentKey)}=Custom requires it."
            : !Uri.TryCreate(text, UriKind.Absolute, out address) || address.Scheme is not ("http" or "https") || address.Host.Length == 0
                ? "it is not a valid address. Use https://host[:port]/path."
            : address.UserInfo.Length > 0 || address.Fragment.Length > 0
                ? "it contains a user or a fragment. Remove both, because credentials have their own settings."
            : address.Scheme == "http" && !address.IsLoopback && !allowInsecure
                ? $"{address} is plain http, which sends credentials in clear text. Use https. "
                    + $"On a trusted network, you can set {settings.KeyOf(Clik2payOptions.AllowInsecureUpstreamKey)}=true."
            : null;
        if (error is null)
            return address;

        settings.AddError(key, error);
        return null;
    }
}
