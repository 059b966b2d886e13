using System.Globalization;
using Clik2pay.Sidecar.Networking;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Provider.Connections;
using Clik2pay.Sidecar.Requests.State;
using Clik2pay.Sidecar.Telemetry;
using Yarp.ReverseProxy.Forwarder;

namespace Clik2pay.Sidecar.Requests.Problems;

/// <summary>
/// Turns YARP's bare 502 or 504 into a problem response that says what happened, and whether the provider may have processed the request.
/// The first failure is logged, and the first response after it.
/// </summary>
internal sealed class UpstreamFailure(Clik2payOptions options, RequestMetrics metrics, ILogger<UpstreamFailure> log)
{
    private volatile bool isFailing;

    /// <summary>What the caller can do after a failure.</summary>
    public static string AdviceFor(Sent sent) => sent == Sent.No
        ? "Nothing was sent; you can send the request again."
        : "The provider may have processed the request. Check its status before you retry.";

    /// <param name="context">Its response has not started.</param>
    /// <param name="error">What YARP reports.</param>
    public Task RespondAsync(HttpContext context, IForwarderErrorFeature error)
    {
        if (error.Error == ForwarderError.RequestBodyClient)
            return RespondToBodyFailureAsync(context, error.Exception);

        if (error is { Error: ForwarderError.RequestCreation, Exception: { } e })
            return RespondWithInternalErrorAsync(context, e);

        var exchange = Exchange.Of(context);
        var (code, reason) = Explain(error, exchange);
        ReportFailure(reason, exchange.Sent);
        var status = code == ErrorCode.UpstreamTimeout ? StatusCodes.Status504GatewayTimeout : StatusCodes.Status502BadGateway;
        var detail = $"The API {options.ApiBaseUrl} {reason}. {AdviceFor(exchange.Sent)}";
        return ProblemResponse.WriteAsync(context, status, code, metrics, detail);
    }

    /// <summary>Logs an unexpected exception by its type and place. The message of the exception may contain secrets.</summary>
    public void ReportInternalError(Exception e) => log.Broken(e.GetType().Name, e.StackTrace);

    /// <summary>For an unexpected exception.</summary>
    public Task RespondWithInternalErrorAsync(HttpContext context, Exception e)
    {
        ReportInternalError(e);
        return ProblemResponse.WriteAsync(context, StatusCodes.Status500InternalServerError, ErrorCode.InternalError, metrics,
            $"An error occurred in the sidecar ({e.GetType().Name}); its log has details. {AdviceFor(Exchange.Of(context).Sent)}");
    }

    public void ReportResponse(int status)
    {
        metrics.UpstreamResponded(status);
        if (!isFailing)
            return;

        isFailing = false;
        log.UpstreamRecovered(options.ApiBaseUrl);
    }

    private (ErrorCode Code, string Reason) Explain(IForwarderErrorFeature error, Exchange exchange)
    {
        var failure = error.Exception;
        var hasTimedOut = error.Error is ForwarderError.RequestTimedOut or ForwarderError.ResponseBodyCanceled
            || failure is OperationCanceledException;
        return exchange.Sent switch
        {
            // The request timeout passed while the request waited for a connection.
            Sent.No when hasTimedOut && !CallFailure.IsConnectTimeout(failure) =>
                (ErrorCode.UpstreamUnreachable, CallFailure.ExplainNoConnection(options.ApiBaseUrl, exchange.TimeLimit)),
            Sent.No => (ErrorCode.UpstreamUnreachable, Explain(failure, wasSent: false)),

            // The first connection ended without a response. The HTTP client repeated the request and could not connect.
            _ when CallFailure.IsConnectFailure(failure) => (ErrorCode.UpstreamUnreachable, CallFailure.Closed),
            _ when failure is InvalidResponseException invalid => (ErrorCode.UpstreamUnreachable, invalid.Reason),
            _ when hasTimedOut => (ErrorCode.UpstreamTimeout, string.Create(
                CultureInfo.InvariantCulture,
                $"did not respond within {exchange.TimeLimit.TotalSeconds:0.###} s (ActivityTimeout in proxy.json)")),
            _ => (ErrorCode.UpstreamUnreachable, Explain(failure, wasSent: true)),
        };
    }

    private string Explain(Exception? failure, bool wasSent) =>
        CallFailure.Explain(failure, options.ApiBaseUrl, ProviderConnections.ApiConnectTimeout, wasSent);

    /// <summary>The body of the request ended early while it was streamed, so the provider has its beginning.</summary>
    private Task RespondToBodyFailureAsync(HttpContext context, Exception? error)
    {
        var refusal = (error is AggregateException ? error.InnerException : error) switch
        {
            BadHttpRequestException bad => Refusal.OfServer(bad),
            OperationCanceledException => Refusal.OfServer(new("The time for the request was up.", StatusCodes.Status408RequestTimeout)),
            _ => Refusal.BadRequest(RejectionReason.Malformed, "The request's body could not be read to its end. Send it whole."),
        };
        var sent = Exchange.Of(context).Sent;
        return (sent == Sent.No ? refusal : refusal with { Detail = $"{refusal.Detail} {AdviceFor(sent)}" }).RespondAsync(context, metrics);
    }

    private void ReportFailure(string reason, Sent sent)
    {
        if (isFailing)
            return;

        isFailing = true;
        log.UpstreamFails(options.ApiBaseUrl, reason, sent.ToSnakeCase());
    }
}
