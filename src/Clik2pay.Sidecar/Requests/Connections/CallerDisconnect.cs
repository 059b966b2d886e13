using Microsoft.AspNetCore.Connections;

namespace Clik2pay.Sidecar.Requests.Connections;

/// <summary>Recognizes the exceptions with which the server reports that the caller closed or reset its connection.</summary>
internal static class CallerDisconnect
{
    /// <summary>The server has no public type for this error, only this message.</summary>
    private const string UnexpectedEnd = "Unexpected end of request content.";

    /// <summary>Whether the exception or an inner one reports that the caller disconnected.</summary>
    public static bool Explains(Exception? e) => e switch
    {
        null => false,
        ConnectionResetException or ConnectionAbortedException => true,
        BadHttpRequestException { Message: UnexpectedEnd } => true,
        AggregateException all => all.InnerExceptions.Any(Explains),
        _ => Explains(e.InnerException),
    };
}
