namespace Clik2pay.Sidecar.Requests.Callers.Tokens;

/// <summary>The log messages about the files of caller tokens. Event ids 1205 to 1207.</summary>
internal static partial class CallerTokenLog
{
    [LoggerMessage(1205, LogLevel.Error, "A token of the caller {Caller} is no longer accepted, because its file cannot be used: {Error}")]
    public static partial void TokenRevoked(this ILogger log, string caller, string error);

    [LoggerMessage(1206, LogLevel.Information, "A token of the caller {Caller} is accepted again, because {File} can be used again.")]
    public static partial void TokenRestored(this ILogger log, string caller, string file);

    [LoggerMessage(1207, LogLevel.Error, "The callers {Caller} and {OtherCaller} have the same token, so it is accepted from neither of "
        + "them. Give each caller a token of its own.")]
    public static partial void TokenShared(this ILogger log, string caller, string otherCaller);
}
