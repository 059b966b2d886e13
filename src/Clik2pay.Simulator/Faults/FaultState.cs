using Microsoft.AspNetCore.Http;

namespace Clik2pay.Simulator.Faults;

/// <summary>The faults in effect. The control API sets them, and each request reads them.</summary>
internal sealed class FaultState
{
    private volatile State state = new(new());

    /// <summary>The settings. A change resets the counts of all rules.</summary>
    public FaultSettings Current
    {
        get => state.Settings;
        set => state = new(value);
    }

    /// <returns>The settings for a new webhook, and its number since the last change of the settings, from 1.</returns>
    public (FaultSettings Settings, long Number) OfNextWebhook()
    {
        var current = state;
        return (current.Settings, Interlocked.Increment(ref current.Webhooks));
    }

    /// <returns>The settings for one request: the first rule that applies to the request replaces the global fault.</returns>
    public FaultSettings Of(HttpRequest request)
    {
        var current = state;
        return Array.Find(current.Rules, rule => rule.Includes(request)) is { Rule: var rule }
            ? current.Settings with
            {
                TokenEndpoint = rule.TokenEndpoint,
                TokenEndpointDelayMs = rule.TokenEndpointDelayMs,
                Api = rule.Api,
                ApiDelayMs = rule.ApiDelayMs,
            }
            : current.Settings;
    }

    private sealed class State(FaultSettings settings)
    {
        public long Webhooks;

        public FaultSettings Settings => settings;

        public FaultRuleMatcher[] Rules { get; } = [.. settings.Rules.Select(rule => new FaultRuleMatcher(rule))];
    }
}
