using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Provider;

/// <summary>Reads and checks the section <c>Clik2pay</c>.</summary>
internal static class Clik2payOptionsReader
{
    private const string EnvironmentKey = $"{Clik2payOptions.Section}:Environment";
    private const string ApiBaseUrlKey = $"{Clik2payOptions.Section}:ApiBaseUrl";
    private const string TokenEndpointKey = $"{Clik2payOptions.Section}:TokenEndpoint";
    private const string CaFileKey = $"{Clik2payOptions.Section}:CaFile";
    private const string AllowInsecureUpstreamKey = $"{Clik2payOptions.Section}:AllowInsecureUpstream";

    /// <returns>The options, or null when an error was noted that leaves them without a value.</returns>
    public static Clik2payOptions? Read(SettingsReader settings)
    {
        // Everything is read before anything is judged: one run shows all that is wrong.
        var environment = ReadEnvironment(settings);
        var allowInsecure = settings.Flag(AllowInsecureUpstreamKey);
        var apiBaseUrl = ReadAddress(settings, ApiBaseUrlKey, environment, allowInsecure);
        var tokenEndpoint = ReadAddress(settings, TokenEndpointKey, environment, allowInsecure);
        var credentials = CredentialSetReader.Read(settings);
        var caFile = settings.Text(CaFileKey);
        var scope = settings.TextOrEmpty($"{Clik2payOptions.Section}:Scope", Clik2payOptions.DefaultScope);
        var refreshAt = settings.Fraction($"{Clik2payOptions.Section}:RefreshAt", Clik2payOptions.DefaultRefreshAt, Clik2payOptions.LeastRefreshAt, Clik2payOptions.MostRefreshAt);

        if (apiBaseUrl is { PathAndQuery: not "/" })
            settings.AddError(ApiBaseUrlKey, "it has a path; give scheme, host and port only, paths come from the callers.");

        if (environment is { } known and not Clik2payEnvironment.Custom)
            (apiBaseUrl, tokenEndpoint) = ProviderAddresses.Of(known);

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
            ? "it is missing; say Sandbox or Production, whichever the credentials were issued for (or Custom, with addresses of your own)."
            : $"\"{text}\" is not an environment; say Sandbox, Production or Custom.");
        return null;
    }

    private static Uri? ReadAddress(SettingsReader settings, string key, Clik2payEnvironment? environment, bool allowInsecure)
    {
        var text = settings.Text(key);

        if (environment != Clik2payEnvironment.Custom)
        {
            if (text is not null && environment is not null)
                settings.AddError(key, $"it is only for Clik2pay:Environment=Custom; remove it, {environment} has an address of its own.");
            return null;
        }

        if (text is null)
        {
            settings.AddError(key, "it is missing; Clik2pay:Environment=Custom needs it.");
            return null;
        }

        if (!Uri.TryCreate(text, UriKind.Absolute, out var address) || address.Scheme is not ("http" or "https") || address.Host.Length == 0)
        {
            settings.AddError(key, "it is not an address of the form https://host[:port]/path.");
            return null;
        }

        if (address.UserInfo.Length > 0 || address.Fragment.Length > 0)
        {
            settings.AddError(key, "it has a user or a fragment in it; remove that, credentials have settings of their own.");
            return null;
        }

        if (address.Scheme == "http" && !address.IsLoopback && !allowInsecure)
        {
            settings.AddError(key, $"{address} is plain http, which would send credentials in clear text; use https (or, on a network that is safe, set {AllowInsecureUpstreamKey}=true).");
            return null;
        }

        return address;
    }
}
