using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Redis.Options;
using Clik2pay.Sidecar.Requests.Routes;
using Clik2pay.Sidecar.Telemetry;

namespace Clik2pay.Sidecar;

/// <summary>All settings, read and checked once at start.</summary>
/// <param name="Clik2pay">Whom to call and with which credentials.</param>
/// <param name="Sidecar">Where to listen and to whom.</param>
/// <param name="Redis">Where replicas share the token; null when it stays in the process.</param>
internal sealed record Settings(Clik2payOptions Clik2pay, SidecarOptions Sidecar, RedisOptions? Redis)
{
    /// <summary>Reads everything and judges everything: either the settings, or all that is wrong with them, a line each.</summary>
    public static Settings? TryRead(IConfigurationRoot configuration, out IReadOnlyList<string> errors)
    {
        var reader = new SettingsReader(configuration);
        var (clik2pay, sidecar, redis) = Read(reader);

        if (clik2pay is not null && new[] { clik2pay.ApiBaseUrl, clik2pay.TokenEndpoint }.Any(address => sidecar.Listen.Serves(address) || sidecar.Admin.Serves(address)))
            reader.AddError("Clik2pay:ApiBaseUrl", "it or Clik2pay:TokenEndpoint is an address of the sidecar itself, which would call itself without end; give the provider's.");

        reader.RejectUnknownKeys(Clik2payOptions.Section);
        reader.RejectUnknownKeys(SidecarOptions.Section);
        reader.RejectUnknownKeys(RedisOptions.Section);

        foreach (var level in configuration.GetSection("Logging").AsEnumerable().Where(level => level.Value is not null && level.Key.Contains(":LogLevel:", StringComparison.OrdinalIgnoreCase)))
        {
            if (!Enum.TryParse<LogLevel>(level.Value, ignoreCase: true, out var known) || !Enum.IsDefined(known))
                reader.AddError(level.Key, $"\"{level.Value}\" is not a level; write one of {string.Join(", ", Enum.GetNames<LogLevel>())}.");
        }

        foreach (var (key, whatAndRemedy) in new OtelVariables(configuration).FindErrors())
            reader.AddError(key, whatAndRemedy);

        foreach (var routes in configuration.Providers.OfType<RoutesFile>())
        {
            if (routes.Error is { } error)
                reader.AddError(RoutesFile.FileName, error);
        }

        errors = reader.Errors;
        return errors.Count == 0 && clik2pay is not null ? new(clik2pay, sidecar, redis) : null;
    }

    /// <summary>
    /// Finds the secret that a key belongs to: the key itself, or a key above it. The method reads settings that have only this key, so
    /// there is no list of secrets to maintain. The key has no value, so no file is opened.
    /// </summary>
    /// <returns>Null if the key is not a secret.</returns>
    public static string? FindSecret(string key)
    {
        var reader = new SettingsReader(new ConfigurationBuilder().AddInMemoryCollection([new(key, "")]).Build());
        Read(reader);
        return reader.SecretKeys.FirstOrDefault(secret =>
            key.Equals(secret, StringComparison.OrdinalIgnoreCase) || key.StartsWith(secret + ":", StringComparison.OrdinalIgnoreCase));
    }

    private static (Clik2payOptions? Clik2pay, SidecarOptions Sidecar, RedisOptions? Redis) Read(SettingsReader reader) =>
        (Clik2payOptionsReader.Read(reader), SidecarOptionsReader.Read(reader), RedisOptionsReader.Read(reader));
}
