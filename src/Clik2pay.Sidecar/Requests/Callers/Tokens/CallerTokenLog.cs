namespace Clik2pay.Sidecar.Requests.Callers.Tokens;

/// <summary>The log messages about the files of caller tokens. Event ids 1205 to 1208.</summary>
internal static partial class CallerTokenLog
{
    [LoggerMessage(1205, LogLevel.Error, "A token of the caller {Caller} is no longer accepted, because its file cannot be used: {Error}")]
    public static partial void TokenRevoked(this ILogger log, string caller, string error);

    [LoggerMessage(1206, LogLevel.Information, "A token file of the caller {Caller} can be used again, and its token is accepted: {File}.")]
    public static partial void TokenRestored(this ILogger log, string caller, string file);

    [LoggerMessage(1207, LogLevel.Error, "The callers {Caller} and {OtherCaller} have the same token, so it is accepted from neither of "
        + "them. Give each caller a token of its own.")]
    public static partial void TokenShared(this ILogger log, string caller, string otherCaller);

    [LoggerMessage(1208, LogLevel.Warning, "A token file of the caller {Caller} cannot be read at the moment. Its last token stays in use, "
        + "if it had one: {Error}")]
    public static partial void TokenKept(this ILogger log, string caller, string error);
}
