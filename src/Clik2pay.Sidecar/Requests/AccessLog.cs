using System.Buffers;
using Clik2pay.Sidecar.Requests.State;
using Clik2pay.Sidecar.Telemetry;

namespace Clik2pay.Sidecar.Requests;

/// <summary>Logs one line for each request. The line contains no path, query or body, because they may contain personal data.</summary>
internal sealed partial class AccessLog(RequestDelegate next, TimeProvider time, ILogger<AccessLog> log)
{
    private const string None = "-";

    private const int LongestRequestId = 100;

    private static readonly SearchValues<char> RequestIdCharacters =
        SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/.:");

    public async Task InvokeAsync(HttpContext context)
    {
        var startedAt = time.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            var exchange = Exchange.Of(context);
            var error = exchange.ErrorType;
            Responded(
                log,
                context.Request.KnownMethod(),
                context.RoutePattern() ?? None,
                context.Response.StatusCode,
                Math.Round(time.GetElapsedTime(startedAt).TotalMilliseconds, 1),
                RequestIdOf(context.Response.Headers),
                error ?? None,
                error is null ? None : exchange.Sent.ToSnakeCase(),
                exchange.HasProfile ? exchange.Profile.Name : None,
                exchange.Caller ?? None,
                exchange.Operation?.ToSnakeCase() ?? None);
        }
    }

    /// <summary>The id that AWS API Gateway adds to a response. The provider's support asks for this id.</summary>
    private static string RequestIdOf(IHeaderDictionary headers) =>
        headers["x-amzn-RequestId"].ToString() is { Length: > 0 and <= LongestRequestId } id
        && !id.AsSpan().ContainsAnyExcept(RequestIdCharacters)
            ? id
            : None;

    [LoggerMessage(1400, LogLevel.Information, "{Method} {Route}: {Status} in {Milliseconds} ms, "
        + "upstream request id {UpstreamRequestId}, error {Error}, sent {Sent}, profile {Profile}, caller {Caller}, "
        + "operation {Operation}.")]
    private static partial void Responded(
        ILogger log,
        string method,
        string route,
        int status,
        double milliseconds,
        string upstreamRequestId,
        string error,
        string sent,
        string profile,
        string caller,
        string operation);
}
