using System.Globalization;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Endpoint;

namespace Clik2pay.Sidecar.Tests.Support.Fleet;

/// <summary>A token endpoint without HTTP, for simulated time. It numbers its tokens.</summary>
internal sealed class NumberingEndpoint(TimeProvider time) : ITokenEndpoint
{
    public int Calls { get; private set; }

    public List<TimeSpan> CalledAt { get; } = [];

    /// <summary>The expiry of each token at the provider. The lifetime of a token begins with the call.</summary>
    public Dictionary<string, TimeSpan> ExpiresAt { get; } = new(StringComparer.Ordinal);

    /// <summary>In a simulated fleet, the replica that called last.</summary>
    public SimulatedReplica? LastCaller { get; private set; }

    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(1);

    public TimeSpan Latency { get; set; }

    /// <summary>If set, each call returns this failure.</summary>
    public TokenFailure? Failure { get; set; }

    /// <summary>Returns one token until it expires, with its remaining time in whole seconds, as servers with a cache do.</summary>
    public bool RepeatsToken { get; set; }

    /// <summary>Returns the last token even after its expiry, as a broken cache does.</summary>
    public bool IsStuck { get; set; }

    /// <summary>The credentials of the last call.</summary>
    public CredentialSet? LastCredentials { get; private set; }

    /// <summary>The passwords that the endpoint refuses.</summary>
    public HashSet<string> Refused { get; } = new(StringComparer.Ordinal);

    /// <summary>If set, each call throws this exception, as a bug in the code would.</summary>
    public Exception? Error { get; set; }

    public async Task<TokenEndpointResult> RequestTokenAsync(CredentialSet credentials, CancellationToken cancellationToken)
    {
        Calls++;
        CalledAt.Add(time.GetMonotonicNow());
        LastCredentials = credentials;
        LastCaller = SynchronizationContext.Current as SimulatedReplica;
        var name = string.Create(CultureInfo.InvariantCulture, $"access_token_{Calls}");
        var (now, lifetime) = (time.GetMonotonicNow(), Lifetime);
        if (IsStuck)
            (name, lifetime) = (ExpiresAt.Last().Key, MonotonicTime.Max(ExpiresAt.Last().Value - now, TimeSpan.Zero));
        else if (RepeatsToken && ExpiresAt.LastOrDefault(token => token.Value > now) is { Key: { } repeated, Value: var expiresAt })
            (name, lifetime) = (repeated, TimeSpan.FromSeconds(Math.Floor((expiresAt - now).TotalSeconds)));
        else
            ExpiresAt[name] = now + Lifetime;
        var failure = Refused.Contains(credentials.Password) ? new(FailureKind.Refused, "refused") : Failure;
        var result = failure is not null ? failure : TokenEndpointResult.Issued(name, lifetime);
        if (Latency > TimeSpan.Zero)
            await Task.Delay(Latency, time, cancellationToken);

        if (Error is { } error)
            throw error;

        return result;
    }
}
