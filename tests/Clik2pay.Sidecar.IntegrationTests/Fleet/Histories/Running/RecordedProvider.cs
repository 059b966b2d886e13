using System.Globalization;
using Clik2pay.Sidecar.IntegrationTests.Fleet.Histories.Recording;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Sidecar.IntegrationTests.Fleet.Histories.Running;

/// <summary>A token endpoint and an upstream that record every token and every request.</summary>
internal sealed class RecordedProvider : IAsyncDisposable
{
    /// <summary>Header with the name of the process that is called.</summary>
    public const string ProcessHeader = "Test-Process";

    /// <summary>Header with the time in ticks at which the caller sent the request.</summary>
    public const string SentAtHeader = "Test-Sent-At";

    private readonly History history;
    private readonly HistoryClock clock;
    private int issued;
    private volatile bool isFailing;

    private RecordedProvider(History history, HistoryClock clock, FakeTokenEndpoint tokenEndpoint, RecordingUpstream upstream)
    {
        (this.history, this.clock, TokenEndpoint, Upstream) = (history, clock, tokenEndpoint, upstream);
        tokenEndpoint.Fault = IssueAsync;
        upstream.RespondUnrecorded = RecordAsync;
    }

    public FakeTokenEndpoint TokenEndpoint { get; }

    public RecordingUpstream Upstream { get; }

    /// <summary>Whether the token endpoint responds with 503.</summary>
    public bool IsFailing
    {
        get => isFailing;
        set => isFailing = value;
    }

    public static async Task<RecordedProvider> StartAsync(History history, HistoryClock clock, string address) =>
        new(history, clock, await FakeTokenEndpoint.StartAsync(address), await RecordingUpstream.StartAsync(address));

    public async ValueTask DisposeAsync()
    {
        await TokenEndpoint.DisposeAsync();
        await Upstream.DisposeAsync();
    }

    private Task IssueAsync(HttpContext context)
    {
        var now = clock.Now;
        if (IsFailing)
        {
            history.FailedTokenCalls.Enqueue(now);
            return FakeTokenEndpoint.Respond(StatusCodes.Status503ServiceUnavailable, "")(context);
        }

        var issue = new TokenIssue($"token-{Interlocked.Increment(ref issued)}", now, now + history.Pace.Lifetime);
        history.Issues.Enqueue(issue);
        return FakeTokenEndpoint.Respond(StatusCodes.Status200OK, string.Create(CultureInfo.InvariantCulture,
            $$"""{"access_token":"{{issue.Token}}","expires_in":{{history.Pace.Lifetime.TotalSeconds}},"token_type":"Bearer"}"""))(context);
    }

    private Task RecordAsync(HttpContext context)
    {
        var headers = context.Request.Headers;
        history.Requests.Enqueue(new(
            $"{headers[ProcessHeader]}",
            new(long.Parse($"{headers[SentAtHeader]}", CultureInfo.InvariantCulture)),
            clock.Now,
            $"{headers.Authorization}".Replace("Bearer ", "", StringComparison.Ordinal)));
        return Task.CompletedTask;
    }
}
