using System.Diagnostics;
using System.Globalization;
using Clik2pay.Sidecar.Hosting;
using OpenTelemetry.Trace;

namespace Clik2pay.Sidecar.Telemetry;

/// <summary>
/// The sampler that OTEL_TRACES_SAMPLER names (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#general-sdk-configuration),
/// asked in two steps: for a request that begins a trace it draws lots before there is a span at all, so that one that is not sampled costs
/// nothing. The SDK would make a span to ask.
/// </summary>
internal sealed class TraceSampling : Sampler
{
    private readonly Sampler configured;
    private readonly Random random;
    private readonly bool samplesAll;
    private readonly double share;

    public TraceSampling(IConfiguration configuration, SidecarOptions options, Random random)
    {
        var variables = new OtelVariables(configuration);
        (configured, share) = Read(variables);
        this.random = random;

        // A line of the access log names the trace of its request, sampled or not.
        samplesAll = options.AccessLog;
    }

    /// <summary>Whether a request gets a span: each that is a part of its caller's trace, and of the others the share that is sampled.</summary>
    public bool Samples(bool hasParent) => samplesAll || hasParent || random.NextDouble() < share;

    /// <summary>Lots are not drawn twice.</summary>
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        samplingParameters is { Kind: ActivityKind.Server, ParentContext.TraceId: var parent } && parent == default && !samplesAll
            ? new(SamplingDecision.RecordAndSample)
            : configured.ShouldSample(samplingParameters);

    private static (Sampler Sampler, double Share) Read(OtelVariables variables)
    {
        // Without an exporter nothing is recorded; there are trace ids all the same.
        if (!variables.ExportsTraces)
            return (new AlwaysOffSampler(), 0);

        var (name, argument) = variables.TracesSampler;
        var ofRoots = name switch
        {
            _ when name.EndsWith("always_off", StringComparison.OrdinalIgnoreCase) => 0,
            _ when name.EndsWith("traceidratio", StringComparison.OrdinalIgnoreCase)
                && double.TryParse(argument, NumberStyles.Float, CultureInfo.InvariantCulture, out var ratio) && ratio is >= 0 and <= 1 => ratio,
            _ => 1,
        };

        // What is a part of a span here is sampled with it, for its root may have been chosen by lot and not by its id.
        var byId = new TraceIdRatioBasedSampler(ofRoots);
        return (name.StartsWith("parentbased", StringComparison.OrdinalIgnoreCase) ? new ParentBasedSampler(byId) : new ParentBasedSampler(byId, byId, byId), ofRoots);
    }
}
