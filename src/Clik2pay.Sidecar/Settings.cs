using System.Net;
using System.Reflection;
using Clik2pay.Sidecar.Administration;
using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Hosting.Listeners;
using Clik2pay.Sidecar.Hosting.Process;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Redis.Options;
using Clik2pay.Sidecar.Requests.Callers;
using Clik2pay.Sidecar.Requests.Guard;
using Clik2pay.Sidecar.Requests.Routes;
using Clik2pay.Sidecar.Telemetry.Export;
using Clik2pay.Sidecar.Telemetry.Logging;

namespace Clik2pay.Sidecar;

/// <summary>The options of all features, read and validated once at start.</summary>
/// <param name="Profiles">The provider's addresses and the credentials. There is at least one profile.</param>
/// <param name="Redis">Where replicas share the token. Null if the token stays in the process.</param>
internal sealed record Settings(IReadOnlyList<Clik2payOptions> Profiles, RedisOptions? Redis)
{
    /// <summary>The section of the sidecar's own settings.</summary>
    public const string Section = "Sidecar";

    public required ListenerOptions Listener { get; init; }

    public required CallerOptions Callers { get; init; }

    /// <summary>How callers are recognized, and what they may do. Empty if every caller may do everything.</summary>
    public required IReadOnlyList<CallerDefinition> KnownCallers { get; init; }

    public required AdministrationOptions Administration { get; init; }

    public required DrainOptions Drain { get; init; }

    public required LogOptions Log { get; init; }

    public required MetricsOptions Metrics { get; init; }

    public required ProcessOptions Process { get; init; }

    /// <summary>Every setting, with the property that it belongs to.</summary>
    public static IReadOnlyList<(PropertyInfo Property, SettingAttribute Setting)> All { get; } =
    [
        .. SettingAttribute.FindAll<Clik2payOptions>(),
        .. SettingAttribute.FindAll<CredentialSet>(),
        .. SettingAttribute.FindAll<RedisOptions>(),
        .. SettingAttribute.FindAll<ListenerOptions>(),
        .. SettingAttribute.FindAll<CallerListener>(),
        .. SettingAttribute.FindAll<CallerOptions>(),
        .. SettingAttribute.FindAll<CallerDefinition>(),
        .. SettingAttribute.FindAll<AdministrationOptions>(),
        .. SettingAttribute.FindAll<DrainOptions>(),
        .. SettingAttribute.FindAll<LogOptions>(),
        .. SettingAttribute.FindAll<MetricsOptions>(),
        .. SettingAttribute.FindAll<ProcessOptions>(),
    ];

    /// <returns>The settings, or null and every error in them.</returns>
    public static Settings? TryRead(IConfigurationRoot configuration, out IReadOnlyList<string> errors)
    {
        // Everything is read before anything is rejected, so that one run reports all errors.
        var reader = new SettingsReader(configuration);
        var profiles = Clik2payOptionsReader.ReadAll(reader);
        var redis = RedisOptionsReader.Read(reader);
        var listener = ListenerOptionsReader.Read(reader);
        var callers = CallerOptionsReader.Read(reader);
        var knownCallers = new CallerDefinitionReader(reader, FindProfileError, listener.CallerListeners).ReadAll(callers);
        var administration = reader.Read<AdministrationOptions>();
        var drain = reader.Read<DrainOptions>();
        var log = reader.Read<LogOptions>();
        var metrics = reader.Read<MetricsOptions>();
        var process = reader.Read<ProcessOptions>();

        foreach (var fixedListener in listener.CallerListeners)
        {
            if (fixedListener.Profile is { } profile && FindProfileError(profile, $"there is no profile '{profile}'") is { } error)
                reader.AddError(fixedListener.ProfileSetting, error);
        }

        ValidateAddresses(reader, profiles, [
            .. listener.CallerListeners.Select(callers => (callers.AddressSetting, callers.Address)),
            (AdministrationOptions.AddressKey, administration.Address),
        ]);
        reader.RejectUnknownKeys(Section);
        reader.RejectUnknownKeys(RedisOptions.Section);
        reader.RejectUnknownKeys(MetricsOptions.Section);
        ValidateLogLevels(reader, configuration);

        foreach (var (key, whatAndRemedy) in new OtelVariables(configuration).FindErrors())
            reader.AddError(key, whatAndRemedy);

        foreach (var routes in configuration.Providers.OfType<RoutesFile>())
        {
            if (routes.Error is { } error)
                reader.AddError(RoutesFile.FileName, error);
        }

        errors = reader.Errors;
        return errors.Count > 0 ? null : new(profiles, redis)
        {
            Listener = listener,
            Callers = callers,
            KnownCallers = knownCallers,
            Administration = administration,
            Drain = drain,
            Log = log,
            Metrics = metrics,
            Process = process,
        };

        // A profile with an error in its settings exists, and its error has been reported.
        bool IsProfile(string name) => profiles.Count == 0 || profiles.Any(profile => profile.Profile == name)
            || reader.HasAny(Clik2payOptions.SectionOf(name));

        string? FindProfileError(string name, string whatHappened) => IsProfile(name)
            ? null
            : $"{whatHappened}. Use one of: {string.Join(", ", profiles.Select(profile => profile.Profile))}.";
    }

    /// <summary>Whether a key is the key of a secret, or below it.</summary>
    public static bool IsSecret(string key) => All.Where(setting => setting.Setting.IsSecret)
        .SelectMany(setting => KeysOf(setting.Setting))
        .Any(secret => SectionName.Matches(key, secret, out var rest) && rest is "" or [':', ..]);

    /// <summary>The key of a setting, and for a setting of a profile also its key in <c>Profiles</c>.</summary>
    public static string[] KeysOf(SettingAttribute setting) =>
        setting.Key.StartsWith($"{Clik2payOptions.Section}:", StringComparison.Ordinal)
            ? [setting.Key, $"{Clik2payOptions.SectionOf(SectionName.Any)}{setting.Key[Clik2payOptions.Section.Length..]}"]
            : [setting.Key];

    private static void ValidateAddresses(
        SettingsReader reader, IReadOnlyList<Clik2payOptions> profiles, IReadOnlyList<(string Key, ListenAddress Address)> listeners)
    {
        foreach (var same in listeners.GroupBy(listener => listener.Address).Where(same => same.Key.EndPoint is not IPEndPoint { Port: 0 }))
        {
            foreach (var (key, address) in same.Skip(1))
                reader.AddError(key, $"{address} is also the address of {same.First().Key}. Use two different addresses.");
        }

        foreach (var profile in profiles)
        {
            Uri[] upstream = [profile.ApiBaseUrl, profile.TokenEndpoint];
            if (!upstream.Any(address => listeners.Any(listener => listener.Address.Serves(address))))
                continue;

            var section = Clik2payOptionsReader.ForProfile(reader, profile.Profile);
            section.AddError(
                Clik2payOptions.ApiBaseUrlKey,
                $"this address or {section.KeyOf(Clik2payOptions.TokenEndpointKey)} is an address of the sidecar, which would call "
                    + "itself. Use the provider's addresses.");
        }
    }

    private static void ValidateLogLevels(SettingsReader reader, IConfiguration configuration)
    {
        foreach (var (key, value) in configuration.GetSection("Logging").AsEnumerable())
        {
            if (value is not null && key.Contains(":LogLevel:", StringComparison.OrdinalIgnoreCase)
                && !(Enum.TryParse<LogLevel>(value, ignoreCase: true, out var level) && Enum.IsDefined(level)))
            {
                reader.AddError(key, $"the value is not a log level. Use one of {string.Join(", ", Enum.GetNames<LogLevel>())}.");
            }
        }
    }
}
