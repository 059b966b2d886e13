using System.Diagnostics;
using System.Globalization;
using OpenTelemetry.Trace;

namespace Clik2pay.Sidecar.Telemetry.Export;

/// <summary>
/// The sampler that OTEL_TRACES_SAMPLER names
/// (https://opentelemetry.io/docs/specs/otel/configuration/sdk-environment-variables/#general-sdk-configuration). For a request that
/// begins a trace, the decision comes before the span is created, so a request that isn't sampled costs nothing. The SDK would create the
/// span first.
/// </summary>
internal sealed class TraceSampling : Sampler
{
    private readonly Sampler configured;
    private readonly Random random;
    private readonly bool samplesAll;
    private readonly double share;

    /// <param name="variables">The variables that name the sampler.</param>
    /// <param name="hasAccessLog">Whether every request needs a trace id for the access log.</param>
    /// <param name="random">Decides about requests that begin a trace.</param>
    public TraceSampling(OtelVariables variables, bool hasAccessLog, Random random)
    {
        (configured, share) = Read(variables);
        (samplesAll, this.random) = (hasAccessLog, random);
    }

    /// <summary>Whether a request gets a span. Requests that are part of their caller's trace always do.</summary>
    public bool Samples(bool hasParent) => samplesAll || hasParent || random.NextDouble() < share;

    /// <summary>A request that begins a trace was sampled by <see cref="Samples"/>, and is not sampled again.</summary>
    public override SamplingResult ShouldSample(in SamplingParameters samplingParameters) =>
        samplingParameters is { Kind: ActivityKind.Server, ParentContext.TraceId: var parent } && parent == default && !samplesAll
            ? new(SamplingDecision.RecordAndSample)
            : configured.ShouldSample(samplingParameters);

    private static (Sampler Sampler, double Share) Read(OtelVariables variables)
    {
        // Without an exporter, spans have ids but are not recorded.
        if (!variables.ExportsTraces)
            return (new AlwaysOffSampler(), 0);

        var (name, argument) = variables.TracesSampler;
        var rootRatio = name switch
        {
            _ when name.EndsWith("always_off", StringComparison.OrdinalIgnoreCase) => 0,
            _ when name.EndsWith("traceidratio", StringComparison.OrdinalIgnoreCase)
                && double.TryParse(argument, NumberStyles.Float, CultureInfo.InvariantCulture, out var ratio)
                && ratio is >= 0 and <= 1 => ratio,
            _ => 1,
        };

        // A span inside a sampled request is sampled too. Its trace id is not checked, because the request may have been chosen at random.
        var byId = new TraceIdRatioBasedSampler(rootRatio);
        var isParentBased = name.StartsWith("parentbased", StringComparison.OrdinalIgnoreCase);
        return (isParentBased ? new ParentBasedSampler(byId) : new ParentBasedSampler(byId, byId, byId), rootRatio);
    }
}
