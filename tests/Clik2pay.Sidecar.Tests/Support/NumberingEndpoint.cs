using System.Globalization;
using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Tests.Support;

/// <summary>A token endpoint without HTTP, for simulated time: it numbers its tokens, and answers what it is told to.</summary>
internal sealed class NumberingEndpoint(TimeProvider time) : ITokenEndpoint
{
    public int Calls { get; private set; }

    public List<TimeSpan> CalledAt { get; } = [];

    public TimeSpan Lifetime { get; set; } = TimeSpan.FromHours(1);

    public TimeSpan Latency { get; set; }

    /// <summary>Answers in place of a token, when set.</summary>
    public TokenFailure? Failure { get; set; }

    /// <summary>Throws in place of an answer, when set: a mistake in the code.</summary>
    public Exception? Mistake { get; set; }

    public async Task<TokenAnswer> RequestTokenAsync(CancellationToken cancellationToken)
    {
        Calls++;
        CalledAt.Add(time.GetMonotonicNow());
        var name = string.Create(CultureInfo.InvariantCulture, $"access_token_{Calls}");
        if (Latency > TimeSpan.Zero)
            await Task.Delay(Latency, time, cancellationToken);

        if (Mistake is { } mistake)
            throw mistake;

        return Failure is { } failure ? failure : new IssuedToken(name, Lifetime);
    }
}
