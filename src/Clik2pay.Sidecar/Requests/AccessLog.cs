using System.Buffers;
using Clik2pay.Sidecar.Requests.State;
using Clik2pay.Sidecar.Telemetry;

namespace Clik2pay.Sidecar.Requests;

/// <summary>A line for each request, when it is asked for. Neither path nor query nor body: the route says enough, and the provider's request id the rest.</summary>
internal sealed partial class AccessLog(RequestDelegate next, TimeProvider time, ILogger<AccessLog> log)
{
    private const string None = "-";

    private const int LongestRequestId = 100;

    private static readonly SearchValues<char> RequestIdCharacters = SearchValues.Create("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_=+/.:");

    public async Task InvokeAsync(HttpContext context)
    {
        var startedAt = time.GetTimestamp();
        try
        {
            await next(context);
        }
        finally
        {
            var headers = context.Response.Headers;
            var error = context.SidecarError();
            Responded(
                log,
                context.Request.KnownMethod(),
                context.RoutePattern() ?? None,
                context.Response.StatusCode,
                Math.Round(time.GetElapsedTime(startedAt).TotalMilliseconds, 1),
                RequestIdOf(headers),
                error ?? None,
                error is null ? None : Exchange.Of(context).ReportedSent.ToSnakeCase());
        }
    }

    /// <summary>What AWS API Gateway names an answer by, which the provider's support asks for.</summary>
    private static string RequestIdOf(IHeaderDictionary headers) =>
        headers["x-amzn-RequestId"].ToString() is { Length: > 0 and <= LongestRequestId } id && !id.AsSpan().ContainsAnyExcept(RequestIdCharacters) ? id : None;

    [LoggerMessage(1400, LogLevel.Information, "{Method} {Route}: {Status} in {Milliseconds} ms, "
        + "upstream's request id {UpstreamRequestId}, error {Error}, sent {Sent}.")]
    private static partial void Responded(
        ILogger log, string method, string route, int status, double milliseconds, string upstreamRequestId, string error, string sent);
}
