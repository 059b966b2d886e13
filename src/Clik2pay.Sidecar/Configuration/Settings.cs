using Clik2pay.Sidecar.Telemetry;

namespace Clik2pay.Sidecar.Configuration;

/// <summary>All settings, read and checked once at start.</summary>
/// <param name="Clik2pay">Whom to call and with which credentials.</param>
/// <param name="Sidecar">Where to listen and to whom.</param>
/// <param name="Redis">Where replicas share the token; null when it stays in the process.</param>
internal sealed record Settings(Clik2payOptions Clik2pay, SidecarOptions Sidecar, RedisOptions? Redis)
{
    /// <summary>Reads everything and judges everything: either the settings, or all that is wrong with them, a line each.</summary>
    public static Settings? TryRead(IConfigurationRoot configuration, out IReadOnlyList<string> mistakes)
    {
        var reader = new SettingsReader(configuration);
        var clik2pay = Clik2payOptionsReader.Read(reader);
        var sidecar = SidecarOptionsReader.Read(reader);
        var redis = RedisOptionsReader.Read(reader);

        if (clik2pay is not null && new[] { clik2pay.ApiBaseUrl, clik2pay.TokenEndpoint }.Any(address => sidecar.Listen.Serves(address) || sidecar.Admin.Serves(address)))
            reader.AddMistake("Clik2pay:ApiBaseUrl", "it or Clik2pay:TokenEndpoint is an address of the sidecar itself, which would call itself without end; give the provider's.");

        reader.RejectUnknownKeys(Clik2payOptions.Section);
        reader.RejectUnknownKeys(SidecarOptions.Section);
        reader.RejectUnknownKeys(RedisOptions.Section);

        foreach (var level in configuration.GetSection("Logging").AsEnumerable().Where(level => level.Value is not null && level.Key.Contains(":LogLevel:", StringComparison.OrdinalIgnoreCase)))
        {
            if (!Enum.TryParse<LogLevel>(level.Value, ignoreCase: true, out var known) || !Enum.IsDefined(known))
                reader.AddMistake(level.Key, $"\"{level.Value}\" is not a level; write one of {string.Join(", ", Enum.GetNames<LogLevel>())}.");
        }

        foreach (var key in (string[])[OtelVariables.Endpoint, OtelVariables.TracesEndpoint, OtelVariables.MetricsEndpoint])
        {
            // The value may hold a password.
            if (configuration[key] is { Length: > 0 } endpoint && !(Uri.TryCreate(endpoint, UriKind.Absolute, out var address) && address.Scheme is "http" or "https"))
                reader.AddMistake(key, "it is no address of a collector; write http://HOST:4317, or http://HOST:4318 with OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf.");
        }

        foreach (var routes in configuration.Providers.OfType<RoutesFile>())
        {
            if (routes.Mistake is { } mistake)
                reader.AddMistake(RoutesFile.FileName, mistake);
        }

        mistakes = reader.Mistakes;
        return mistakes.Count == 0 && clik2pay is not null ? new(clik2pay, sidecar, redis) : null;
    }
}
