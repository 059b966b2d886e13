namespace Clik2pay.Sidecar.Tokens.Refresh;

/// <summary>What the way of a token tells the log. Event ids 1000 to 1099.</summary>
internal static partial class TokenLog
{
    [LoggerMessage(1000, LogLevel.Information, "Access token refreshed: {Outcome} ({Trigger}), from {Source}, it expires in {SecondsToExpiry} s.")]
    public static partial void Refreshed(this ILogger log, RefreshOutcome outcome, RefreshTrigger trigger, string source, long secondsToExpiry);

    [LoggerMessage(1001, LogLevel.Warning, "No access token: {Outcome} ({Trigger}), {Reason}. The next attempt is in {SecondsToRetry} s, and others follow without a line each; a token that is held serves until it expires.")]
    public static partial void Failed(this ILogger log, RefreshOutcome outcome, RefreshTrigger trigger, string reason, long secondsToRetry);

    [LoggerMessage(1002, LogLevel.Error, "Credentials refused ({Trigger}): {Reason}. A retry will not help until they change; the next attempt is in {SecondsToRetry} s.")]
    public static partial void Refused(this ILogger log, RefreshTrigger trigger, string reason, long secondsToRetry);

    [LoggerMessage(1003, LogLevel.Warning, "Upstream rejected the access token with 401; it is dropped and its successor is fetched.")]
    public static partial void Rejected(this ILogger log);

    [LoggerMessage(1005, LogLevel.Warning, "Upstream rejected the successor of a rejected token with 401 too, within 30 s, so the token is hardly what is wrong; it stays, and 401s go to the callers, for {Seconds} s.")]
    public static partial void RejectedAgain(this ILogger log, long seconds);

    [LoggerMessage(1006, LogLevel.Information,
        "The shared store contained no access token, an older one, or one with too late an expiry. This replica's token was written.")]
    public static partial void WrittenBack(this ILogger log);

    [LoggerMessage(1007, LogLevel.Information, "The credential files hold another set; the one in use stays until the token endpoint has accepted the new one.")]
    public static partial void Offered(this ILogger log);

    [LoggerMessage(1008, LogLevel.Information, "The credentials were rotated: username, password and API key of the new set are in use from now on.")]
    public static partial void Rotated(this ILogger log);

    [LoggerMessage(1009, LogLevel.Error, "The new credentials were refused, and those in use stay: {Reason}. The next attempt is in {SecondsToRetry} s, or as soon as the files change.")]
    public static partial void RotationRefused(this ILogger log, string reason, long secondsToRetry);

    [LoggerMessage(1010, LogLevel.Warning, "The new credentials could not be tried, and those in use stay: {Outcome}, {Reason}. The next attempt is in {SecondsToRetry} s, and others follow without a line each.")]
    public static partial void RotationPutOff(this ILogger log, RefreshOutcome outcome, string reason, long secondsToRetry);

    [LoggerMessage(1011, LogLevel.Error, "The credential files cannot be used as they are now, and the credentials in use stay: {Errors}")]
    public static partial void FilesUnusable(this ILogger log, string errors);

    [LoggerMessage(1012, LogLevel.Information, "The credential files hold the credentials in use again; nothing is left to do.")]
    public static partial void BackInFiles(this ILogger log);

    [LoggerMessage(1013, LogLevel.Information, "The API key alone was rotated, and the new one is in use from now on. It cannot be tried: a wrong one shows in the provider's 403.")]
    public static partial void KeyRotated(this ILogger log);

    [LoggerMessage(1014, LogLevel.Warning,
        "The current access token was rejected by the provider or replaced with tokens refresh at another replica. "
        + "A new one is being obtained. The current one stays in use until then.")]
    public static partial void Withdrawn(this ILogger log);

    [LoggerMessage(1015, LogLevel.Warning,
        "The wall clock has advanced at least 30 s more than the steady clock, so the current access token may have expired. "
        + "A new one is being obtained. If that fails, the current one stays in use.")]
    public static partial void ClockChanged(this ILogger log);

    [LoggerMessage(1004, LogLevel.Error, "A refresh ended with an unexpected {ErrorType}. Please report this.\n{StackTrace}")]
    public static partial void Broken(this ILogger log, string errorType, string? stackTrace);
}
