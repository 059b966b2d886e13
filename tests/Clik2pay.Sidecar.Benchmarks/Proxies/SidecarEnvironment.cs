using Clik2pay.Sidecar.Benchmarks.Rig.Servers;

namespace Clik2pay.Sidecar.Benchmarks.Proxies;

/// <summary>Settings of a sidecar that is measured, as environment variables.</summary>
internal static class SidecarEnvironment
{
    /// <summary>No more than it needs, in front of the provider.</summary>
    public static Dictionary<string, string> Plain(NginxProvider provider, string tokenEndpoint = NginxProvider.LongLived) => new(StringComparer.Ordinal)
    {
        ["Clik2pay__Environment"] = "Custom",
        ["Clik2pay__ApiBaseUrl"] = provider.Address,
        ["Clik2pay__TokenEndpoint"] = provider.Address + tokenEndpoint,
        ["Clik2pay__Username"] = "u",
        ["Clik2pay__Password"] = "p",
        ["Clik2pay__ApiKey"] = "k",
        ["Sidecar__DrainSeconds"] = "0",
    };

    /// <summary>Everything on: the token shared through Redis, metrics, and one trace in a hundred exported.</summary>
    public static Dictionary<string, string> Full(NginxProvider provider, SharedStore store, string tokenEndpoint = NginxProvider.LongLived)
    {
        var environment = Plain(provider, tokenEndpoint);
        environment["Redis__ConnectionString"] = store.ConnectionString;
        environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = provider.Address;
        environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        environment["OTEL_TRACES_EXPORTER"] = "otlp";
        environment["OTEL_TRACES_SAMPLER"] = "parentbased_traceidratio";
        environment["OTEL_TRACES_SAMPLER_ARG"] = "0.01";
        return environment;
    }

    /// <summary>With more variables, some of which may replace those that are there.</summary>
    public static Dictionary<string, string> With(
        this Dictionary<string, string> environment, IEnumerable<KeyValuePair<string, string>> settings)
    {
        foreach (var (key, value) in settings)
            environment[key] = value;
        return environment;
    }
}
