using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Telemetry;
using Yarp.ReverseProxy.Forwarder;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>
/// Turns YARP's bare 502 or 504 into a problem answer that says what is certain: that nothing was sent, or that the provider may have carried
/// the request out. The log is told of the first failure and of the first answer after it.
/// </summary>
internal sealed class UpstreamFailure(Clik2payOptions options, SidecarMetrics metrics, ILogger<UpstreamFailure> log)
{
    private const string NotSent = "Nothing was sent; try again later.";
    private const string MayBeDone = "It may have carried the request out: look before you send it again.";

    private volatile bool isFailing;

    /// <param name="context">Whose response has not started.</param>
    /// <param name="error">What YARP says of it.</param>
    public Task AnswerAsync(HttpContext context, IForwarderErrorFeature error)
    {
        if (error.Error == ForwarderError.RequestBodyClient)
            return AnswerCallersMistakeAsync(context, error.Exception);

        if (error is { Error: ForwarderError.RequestCreation, Exception: { } mistake })
            return AnswerMistakeAsync(context, mistake, NotSent);

        var (status, code, reason, advice) = error switch
        {
            { Error: ForwarderError.RequestTimedOut or ForwarderError.ResponseBodyCanceled } or { Exception: OperationCanceledException } =>
                (StatusCodes.Status504GatewayTimeout, ErrorCode.UpstreamTimeout, "did not answer in time", MayBeDone),
            { Exception: HttpRequestException e } =>
                (StatusCodes.Status502BadGateway, ErrorCode.UpstreamUnreachable, ProviderConnections.Explain(e, options.ApiBaseUrl), ProviderConnections.WasNeverMade(e) ? NotSent : MayBeDone),
            _ =>
                (StatusCodes.Status502BadGateway, ErrorCode.UpstreamUnreachable, "broke the connection before its answer was complete", MayBeDone),
        };
        ReportFailure(reason);
        return ProblemAnswer.WriteAsync(context, status, code, metrics, $"The provider's API {options.ApiBaseUrl} {reason}. {advice}");
    }

    /// <summary>For what nobody foresaw, at a moment at which the request may have been sent.</summary>
    public Task AnswerMistakeAsync(HttpContext context, Exception mistake) => AnswerMistakeAsync(context, mistake, MayBeDone);

    public void ReportAnswer(int status)
    {
        metrics.UpstreamAnswered(status);
        if (!isFailing)
            return;

        isFailing = false;
        log.UpstreamAnswers(options.ApiBaseUrl);
    }

    /// <summary>A large body broke off on its way. Upstream holds the beginning of it, and never got its end.</summary>
    private Task AnswerCallersMistakeAsync(HttpContext context, Exception? mistake)
    {
        var refusal = (mistake is AggregateException ? mistake.InnerException : mistake) switch
        {
            BadHttpRequestException bad => Refusal.OfServer(bad),
            OperationCanceledException => Refusal.OfServer(new("The time for the request was up.", StatusCodes.Status408RequestTimeout)),
            _ => Refusal.BadRequest(RejectionReason.Malformed, "The request's body could not be read to its end. Send it whole."),
        };
        return refusal.AnswerAsync(context, metrics);
    }

    private Task AnswerMistakeAsync(HttpContext context, Exception mistake, string advice)
    {
        // Type and place only: a message may quote what must not be told.
        log.Broken(mistake.GetType().Name, mistake.StackTrace);
        return ProblemAnswer.WriteAsync(context, StatusCodes.Status500InternalServerError, ErrorCode.InternalError, metrics,
            $"The sidecar made a mistake ({mistake.GetType().Name}); its log says where. {advice}");
    }

    private void ReportFailure(string reason)
    {
        if (isFailing)
            return;

        isFailing = true;
        log.UpstreamFails(options.ApiBaseUrl, reason);
    }
}
