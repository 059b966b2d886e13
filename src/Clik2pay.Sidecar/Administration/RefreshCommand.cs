using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Refresh;
using Microsoft.Extensions.Primitives;

namespace Clik2pay.Sidecar.Administration;

/// <summary>
/// <c>POST /tokens/refresh</c>: obtains a new access token now and waits for the outcome. Operators use the command when the
/// current token may have leaked.
/// </summary>
internal sealed class RefreshCommand(Profiles profiles, IHostApplicationLifetime lifetime)
{
    private const string ProfileParameter = "profile";

    /// <summary>The path and the query of a request.</summary>
    /// <param name="profile">The name of a profile. Null for all profiles.</param>
    public static string PathFor(string? profile) =>
        profile is null ? AdminGuard.RefreshPath : $"{AdminGuard.RefreshPath}?{ProfileParameter}={Uri.EscapeDataString(profile)}";

    /// <summary>The name of the profile in a request.</summary>
    public static StringValues ProfileIn(HttpRequest request) => request.Query[ProfileParameter];

    /// <param name="name">The name of a profile. Without a value, all profiles are refreshed.</param>
    /// <param name="callerDisconnected">Ends the wait. The refreshes continue.</param>
    /// <returns>The status, and a text for people that contains no secret.</returns>
    public async Task<(int Status, string Text)> RunAsync(StringValues name, CancellationToken callerDisconnected)
    {
        var selected = name.Count == 0 ? profiles.All
            : profiles.Find(name.ToString()) is { } one ? [one]
            : [];
        if (selected.Count == 0)
            return (StatusCodes.Status404NotFound, $"There is no such profile. The profiles are {string.Join(", ", profiles.All)}.");

        using var end = CancellationTokenSource.CreateLinkedTokenSource(callerDisconnected, lifetime.ApplicationStopping);
        try
        {
            var refreshes = await Task.WhenAll(selected.Select(profile => profile.Tokens.RefreshNowAsync(end.Token)));
            var status = Array.TrueForAll(refreshes, refresh => refresh.HasObtainedToken)
                ? StatusCodes.Status200OK
                : StatusCodes.Status503ServiceUnavailable;
            return (status, string.Join('\n', selected.Zip(refreshes, Explain)));
        }
        catch (OperationCanceledException) when (end.IsCancellationRequested)
        {
            // A client that has disconnected does not get this response.
            return (StatusCodes.Status503ServiceUnavailable, "The sidecar is stopping. Send the command to another replica.");
        }
    }

    private string Explain(Profile profile, RefreshRecord refresh)
    {
        var outcome = refresh.HasObtainedToken ? ExplainSuccess(profile.Tokens, refresh) : ExplainFailure(profile.Tokens, refresh);
        return profiles.All.Count == 1 ? outcome : $"Profile {profile}: {outcome}";
    }

    private static string ExplainSuccess(TokenLifecycle tokens, RefreshRecord refresh)
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

    private static string ExplainFailure(TokenLifecycle tokens, RefreshRecord refresh)
    {
        var current = tokens.Current is null ? "There is no valid access token." : "The current token stays in use until it expires.";
        return $"No new access token was obtained: {refresh.Reason}. {current}";
    }
}
