using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Http;
using Clik2pay.Sidecar.Telemetry;
using Yarp.ReverseProxy.Forwarder;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>
/// Turns YARP's bare 502 or 504 into a problem answer that says what is certain: that nothing was sent, or that the provider may have carried
/// the request out. The log is told of the first failure and of the first answer after it. What is unexpected ends here too, and what comes when
/// the sidecar is about to end.
/// </summary>
internal sealed class UpstreamFailure(RequestDelegate next, Clik2payOptions options, Drain drain, SidecarMetrics metrics, ILogger<UpstreamFailure> log)
{
    private const string NotSent = "Nothing was sent; try again later.";
    private const string MayBeDone = "It may have carried the request out: look before you send it again.";

    private volatile bool isFailing;

    public async Task InvokeAsync(HttpContext context)
    {
        try
        {
            await (drain.TryBegin(context) ? next(context) : RefuseAsync(context));
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            // The body was read before anything was sent.
            await Refusal.OfServer(e).AnswerAsync(context, metrics);
            return;
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            Discard(context);
            await AnswerMistakeAsync(context, e, MayBeDone);
            return;
        }
        finally
        {
            drain.End();
        }

        if (context.GetForwarderErrorFeature() is { } failure)
            await AnswerAsync(context, failure);
        else if (!context.Response.Headers.ContainsKey(ProblemAnswer.ErrorHeader))
            ReportAnswer(context.Response.StatusCode);
    }

    private Task RefuseAsync(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "1";
        return ProblemAnswer.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, ErrorCode.ShuttingDown, metrics,
            "The request was not sent, because the sidecar is stopping. Try again in 1 s, when another has taken its place.");
    }

    private async Task AnswerAsync(HttpContext context, IForwarderErrorFeature failure)
    {
        // The caller has already got the beginning of the provider's answer and now sees it break off.
        if (context.Response.HasStarted)
        {
            metrics.UpstreamAnswered(context.Response.StatusCode);
            return;
        }

        // The caller has gone.
        if (context.RequestAborted.IsCancellationRequested)
            return;

        Discard(context);
        if (failure.Error == ForwarderError.RequestBodyClient)
        {
            await AnswerCallersMistakeAsync(context, failure.Exception);
            return;
        }

        if (failure is { Error: ForwarderError.RequestCreation, Exception: { } mistake })
        {
            await AnswerMistakeAsync(context, mistake, NotSent);
            return;
        }

        var (status, code, reason, advice) = failure switch
        {
            { Error: ForwarderError.RequestTimedOut or ForwarderError.ResponseBodyCanceled } =>
                (StatusCodes.Status504GatewayTimeout, ErrorCode.UpstreamTimeout, "did not answer in time", MayBeDone),
            { Exception: HttpRequestException e } =>
                (StatusCodes.Status502BadGateway, ErrorCode.UpstreamUnreachable, ProviderConnection.Explain(e, options.ApiBaseUrl), ProviderConnection.WasNeverMade(e) ? NotSent : MayBeDone),
            _ =>
                (StatusCodes.Status502BadGateway, ErrorCode.UpstreamUnreachable, "broke the connection before its answer was complete", MayBeDone),
        };
        ReportFailure(reason);
        await ProblemAnswer.WriteAsync(context, status, code, metrics, $"The provider's API {options.ApiBaseUrl} {reason}. {advice}");
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

    /// <summary>Nothing of an answer that broke off before its first byte went out stays in ours.</summary>
    private void Discard(HttpContext context)
    {
        context.Response.Clear();
        drain.AskToClose(context);
        AnswerTrailers.Cancel(context);
    }

    private void ReportFailure(string reason)
    {
        if (isFailing)
            return;

        isFailing = true;
        log.UpstreamFails(options.ApiBaseUrl, reason);
    }

    private void ReportAnswer(int status)
    {
        metrics.UpstreamAnswered(status);
        if (!isFailing)
            return;

        isFailing = false;
        log.UpstreamAnswers(options.ApiBaseUrl);
    }
}
