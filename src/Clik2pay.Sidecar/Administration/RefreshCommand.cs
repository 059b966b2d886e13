using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Refresh;

namespace Clik2pay.Sidecar.Administration;

/// <summary>
/// <c>POST /tokens/refresh</c>: obtains a new access token now and waits for the outcome. Operators use the command when the
/// current token may have leaked.
/// </summary>
internal sealed class RefreshCommand(TokenLifecycle tokens, IHostApplicationLifetime lifetime)
{
    /// <param name="callerDisconnected">Ends the wait. The refresh continues.</param>
    /// <returns>The status, and a text for people that contains no secret.</returns>
    public async Task<(int Status, string Text)> RunAsync(CancellationToken callerDisconnected)
    {
        using var end = CancellationTokenSource.CreateLinkedTokenSource(callerDisconnected, lifetime.ApplicationStopping);
        try
        {
            var refresh = await tokens.RefreshNowAsync(end.Token);
            return refresh.Outcome is RefreshOutcome.Success or RefreshOutcome.Adopted
                ? (StatusCodes.Status200OK, ExplainSuccess(refresh))
                : (StatusCodes.Status503ServiceUnavailable, ExplainFailure(refresh));
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // A client that has disconnected does not get this response.
            return (StatusCodes.Status503ServiceUnavailable, "The sidecar is stopping. Send the command to another replica.");
        }
    }

    private string ExplainSuccess(RefreshRecord refresh)
    {
        var origin = refresh.Outcome == RefreshOutcome.Adopted
            ? "A new access token was adopted from another replica"
            : "A new access token was obtained";
        var reach = tokens.Store.IsUp switch
        {
            true => $". Other replicas adopt it from Redis within {RefreshSchedule.PollInterval.TotalMinutes:0} minutes.",
            false => ". Redis cannot be used, so other replicas keep their tokens. Run the command again when Redis is available.",
            null => ". Only this sidecar uses it, because replicas share a token only through Redis.",
        };
        return $"{origin}{reach} The provider accepts the previous token until it expires.";
    }

    private string ExplainFailure(RefreshRecord refresh)
    {
        var current = tokens.Current is null ? "There is no valid access token." : "The current token stays in use until it expires.";
        return $"No new access token was obtained: {refresh.Reason}. {current}";
    }
}
