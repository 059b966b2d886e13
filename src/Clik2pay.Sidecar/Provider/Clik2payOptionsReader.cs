using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Provider;

/// <summary>Reads and validates the section <c>Clik2pay</c>.</summary>
internal static class Clik2payOptionsReader
{
    private const string EnvironmentKey = $"{Clik2payOptions.Section}:Environment";
    private const string ApiBaseUrlKey = $"{Clik2payOptions.Section}:ApiBaseUrl";
    private const string TokenEndpointKey = $"{Clik2payOptions.Section}:TokenEndpoint";
    private const string CaFileKey = $"{Clik2payOptions.Section}:CaFile";
    private const string AllowInsecureUpstreamKey = $"{Clik2payOptions.Section}:AllowInsecureUpstream";

    /// <returns>The options, or null if an error was reported that leaves a required one without a value.</returns>
    public static Clik2payOptions? Read(SettingsReader settings)
    {
        // Everything is read before anything is validated, so that all errors are reported at once.
        var environment = ReadEnvironment(settings);
        var allowInsecure = settings.Flag(AllowInsecureUpstreamKey);
        var apiBaseUrl = ReadAddress(settings, ApiBaseUrlKey, environment, allowInsecure);
        var tokenEndpoint = ReadAddress(settings, TokenEndpointKey, environment, allowInsecure);
        var credentials = CredentialSetReader.Read(settings);
        var caFile = settings.Text(CaFileKey);
        var scope = settings.TextOrEmpty($"{Clik2payOptions.Section}:Scope", Clik2payOptions.DefaultScope);
        var refreshAt = settings.Fraction(
            $"{Clik2payOptions.Section}:RefreshAt",
            Clik2payOptions.DefaultRefreshAt,
            Clik2payOptions.MinRefreshAt,
            Clik2payOptions.MaxRefreshAt);

        if (apiBaseUrl is { PathAndQuery: not "/" })
            settings.AddError(ApiBaseUrlKey, "it has a path. Set only scheme, host and port. Paths come from the callers.");

        if (environment is { } known and not Clik2payEnvironment.Custom)
            (apiBaseUrl, tokenEndpoint) = ProviderAddresses.For(known);

        if (caFile is not null)
            CertificateAuthorities.Validate(settings, CaFileKey, caFile);
        if (caFile is not null && apiBaseUrl is { Scheme: "http" } && tokenEndpoint is { Scheme: "http" })
        {
            settings.AddError(
                CaFileKey,
                $"no certificates are checked, because {ApiBaseUrlKey} and {TokenEndpointKey} use http. Use https or remove this setting.");
        }

        if (environment is null || apiBaseUrl is null || tokenEndpoint is null || credentials is null)
            return null;

        return new()
        {
            Environment = environment.Value,
            ApiBaseUrl = apiBaseUrl,
            TokenEndpoint = tokenEndpoint,
            Credentials = credentials,
            CaFile = caFile,
            Scope = scope,
            RefreshAt = refreshAt,
        };
    }

    private static Clik2payEnvironment? ReadEnvironment(SettingsReader settings)
    {
        var text = settings.Text(EnvironmentKey);

        if (SettingsReader.FindByName<Clik2payEnvironment>(text) is { } environment)
            return environment;

        settings.AddError(EnvironmentKey, text is null
            ? "it is missing. Set the environment of your credentials, Sandbox or Production, or Custom for other addresses."
            : $"\"{text}\" is not an environment. Set Sandbox, Production or Custom.");
        return null;
    }

    private static Uri? ReadAddress(SettingsReader settings, string key, Clik2payEnvironment? environment, bool allowInsecure)
    {
        var text = settings.Text(key);

        if (environment != Clik2payEnvironment.Custom)
        {
            if (text is not null && environment is not null)
                settings.AddError(key, $"it is used only for {EnvironmentKey}=Custom. Remove it; {environment} has a fixed address.");
            return null;
        }

        if (text is null)
        {
            settings.AddError(key, $"it is missing. {EnvironmentKey}=Custom requires it.");
            return null;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var address)
            || address.Scheme is not ("http" or "https") || address.Host.Length == 0)
        {
            settings.AddError(key, "it is not an address of the form https://host[:port]/path.");
            return null;
        }

        if (address.UserInfo.Length > 0 || address.Fragment.Length > 0)
        {
            settings.AddError(key, "it contains a user or a fragment. Remove it. Credentials have their own settings.");
            return null;
        }

        if (address.Scheme == "http" && !address.IsLoopback && !allowInsecure)
        {
            settings.AddError(
                key,
                $"{address} uses plain http, which would send credentials in clear text. "
                    + $"Use https, or set {AllowInsecureUpstreamKey}=true if the network is safe.");
            return null;
        }

        return address;
    }
}
