using Clik2pay.Sidecar.Benchmarks.Rig.Servers;

namespace Clik2pay.Sidecar.Benchmarks.Proxies;

/// <summary>Settings of a measured sidecar, as environment variables.</summary>
internal static class SidecarEnvironment
{
    /// <summary>The required settings, without a drain time.</summary>
    public static Dictionary<string, string> Plain(NginxProvider provider, string tokenPath = NginxProvider.TokenPath) =>
        new(StringComparer.Ordinal)
        {
            ["Clik2pay__Environment"] = "Custom",
            ["Clik2pay__ApiBaseUrl"] = provider.Address,
            ["Clik2pay__TokenEndpoint"] = provider.Address + tokenPath,
            ["Clik2pay__Username"] = "u",
            ["Clik2pay__Password"] = "p",
            ["Clik2pay__ApiKey"] = "k",
            ["Sidecar__DrainSeconds"] = "0",
        };

    /// <summary>All optional features: the token is shared through Redis, and 1 % of the traces are exported.</summary>
    public static Dictionary<string, string> Full(NginxProvider provider, SharedStore store, string tokenPath = NginxProvider.TokenPath)
    {
        var environment = Plain(provider, tokenPath);
        environment["Redis__ConnectionString"] = store.ConnectionString;
        environment["OTEL_EXPORTER_OTLP_ENDPOINT"] = provider.Address;
        environment["OTEL_EXPORTER_OTLP_PROTOCOL"] = "http/protobuf";
        environment["OTEL_TRACES_EXPORTER"] = "otlp";
        environment["OTEL_TRACES_SAMPLER"] = "parentbased_traceidratio";
        environment["OTEL_TRACES_SAMPLER_ARG"] = "0.01";
        return environment;
    }

    /// <summary>Adds variables. A variable that already exists is replaced.</summary>
    public static Dictionary<string, string> With(
        this Dictionary<string, string> environment, IEnumerable<KeyValuePair<string, string>> settings)
    {
        foreach (var (key, value) in settings)
            environment[key] = value;
        return environment;
    }
}
