using Clik2pay.Sidecar.Tokens.Refresh;

namespace Clik2pay.Sidecar.Tokens.Control;

/// <summary>The log messages of the token lifecycle. Event ids 1000 to 1099.</summary>
internal static partial class TokenLog
{
    /// <summary>
    /// Logs each success and each refusal of credentials. Logs another failure only if the previous refresh did not end with the same
    /// kind of failure, so that an outage is logged once.
    /// </summary>
    public static void Report(this ILogger log, RefreshRequest request, RefreshResult result, RefreshStatus after, TimeSpan now)
    {
        var (trigger, secondsToRetry) = (request.Trigger, (long)(after.DueAt - now).TotalSeconds);
        var isRotation = trigger == RefreshTrigger.Rotation;
        if (result.Token is { } token)
        {
            var source = result.Outcome == RefreshOutcome.Adopted ? "the shared store" : "the token endpoint";
            log.Refreshed(result.Outcome, trigger, source, (long)(token.ExpiresAt - now).TotalSeconds);
            if (isRotation)
                log.Rotated();
        }
        else if (result.Failure is { Kind: FailureKind.Refused } refusal)
        {
            if (isRotation)
                log.RotationRefused(refusal.Reason, secondsToRetry);
            else
                log.Refused(trigger, refusal.Reason, secondsToRetry);
        }
        else if (result.Failure is { } failure && request.Before.Failure?.Kind != failure.Kind)
        {
            if (isRotation)
                log.RotationFailed(failure.Kind, failure.Reason, secondsToRetry);
            else
                log.Failed(failure.Kind, trigger, failure.Reason, secondsToRetry);
        }
    }

    [LoggerMessage(1000, LogLevel.Information,
        "Access token refreshed: {Outcome} ({Trigger}), from {Source}. It expires in {SecondsToExpiry} s.")]
    public static partial void Refreshed(
        this ILogger log, RefreshOutcome outcome, RefreshTrigger trigger, string source, long secondsToExpiry);

    [LoggerMessage(1001, LogLevel.Warning,
        "No access token was obtained: {Outcome} ({Trigger}), {Reason}. "
        + "Next attempt in {SecondsToRetry} s; further attempts are not logged. A valid token stays in use until it expires.")]
    public static partial void Failed(
        this ILogger log, FailureKind outcome, RefreshTrigger trigger, string reason, long secondsToRetry);

    [LoggerMessage(1002, LogLevel.Error,
        "Credentials refused ({Trigger}): {Reason}. Retries fail until the cause is corrected. Next attempt in {SecondsToRetry} s.")]
    public static partial void Refused(this ILogger log, RefreshTrigger trigger, string reason, long secondsToRetry);

    [LoggerMessage(1003, LogLevel.Warning,
        "The provider rejected the access token with 401. The token was dropped, and a new one is being obtained.")]
    public static partial void Rejected(this ILogger log);

    [LoggerMessage(1004, LogLevel.Error, "A refresh ended with an unexpected {ErrorType}. Please report this.\n{StackTrace}")]
    private static partial void Broken(this ILogger log, string errorType, string? stackTrace);

    [LoggerMessage(1005, LogLevel.Warning,
        "The provider rejected the next access token with 401 too, within 30 s, so the token is unlikely to be the cause. "
        + "The token stays in use for {Seconds} s, and callers get the provider's 401.")]
    public static partial void RejectedAgain(this ILogger log, long seconds);

    [LoggerMessage(1006, LogLevel.Information,
        "The shared store contained no access token, an older one, or one with too late an expiry. This replica's token was written.")]
    public static partial void WrittenBack(this ILogger log);

    [LoggerMessage(1007, LogLevel.Information,
        "The credential files contain a new set. The current credentials stay in use until the token endpoint accepts the new ones.")]
    public static partial void CredentialsFound(this ILogger log);

    [LoggerMessage(1008, LogLevel.Information,
        "The credentials were rotated. Username, password and API key of the new set are in use from now on.")]
    public static partial void Rotated(this ILogger log);

    [LoggerMessage(1009, LogLevel.Error,
        "The new credentials were refused, and the current ones stay in use: {Reason}. "
        + "Next attempt in {SecondsToRetry} s, or as soon as the files change.")]
    public static partial void RotationRefused(this ILogger log, string reason, long secondsToRetry);

    [LoggerMessage(1010, LogLevel.Warning,
        "The new credentials could not be tried, and the current ones stay in use: {Outcome}, {Reason}. "
        + "Next attempt in {SecondsToRetry} s; further attempts are not logged.")]
    public static partial void RotationFailed(this ILogger log, FailureKind outcome, string reason, long secondsToRetry);

    [LoggerMessage(1011, LogLevel.Error,
        "The credential files cannot be used, and the current credentials stay in use: {Errors}")]
    public static partial void FilesUnusable(this ILogger log, string errors);

    [LoggerMessage(1012, LogLevel.Information,
        "The credential files contain the current credentials again. No action is needed.")]
    public static partial void CredentialsRestored(this ILogger log);

    [LoggerMessage(1013, LogLevel.Information,
        "The API key alone was rotated, and the new one is in use from now on. It was not verified. "
        + "If the provider responds with 403, check the API key.")]
    public static partial void ApiKeyRotated(this ILogger log);

    [LoggerMessage(1014, LogLevel.Warning,
        "The current access token was rejected by the provider, or replaced by the command tokens refresh, at another replica. "
        + "A new one is being obtained. The current one stays in use until then.")]
    public static partial void Withdrawn(this ILogger log);

    [LoggerMessage(1015, LogLevel.Warning,
        "The wall clock has advanced at least 30 s more than the steady clock, so the current access token may have expired. "
        + "A new one is being obtained. If that fails, the current one stays in use.")]
    public static partial void ClockChanged(this ILogger log);

    /// <summary>Logs the type and the stack trace, but not the message, because a message may quote a secret.</summary>
    public static void Broken(this ILogger log, Exception e) => log.Broken(e.GetType().Name, e.StackTrace);
}
