using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Telemetry;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>
/// A caller's request from its beginning to its end: it is counted while it is under way, sent once more if a 401 calls for it, and every
/// failure becomes a response that explains it. If the caller has gone, nothing is logged as an error and no response is written.
/// </summary>
internal sealed class Forwarding(
    RequestDelegate next, UpstreamSender upstream, UpstreamFailure failure, Drain drain, SidecarMetrics metrics, TimeProvider time)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var startedAt = time.GetTimestamp();
        var exchange = Exchange.Of(context);
        exchange.Begin(context);
        try
        {
            await (drain.TryBegin(context) ? next(context) : RefuseAsync(context));
            if (exchange.IsToBeReplayed)
            {
                exchange.IsReplay = true;
                Discard(context);
                await upstream.SendAsync(context);
            }

            await EndAsync(context, exchange);
        }
        catch (Exception e)
        {
            await AnswerAsync(context, exchange, e);
        }
        finally
        {
            if (exchange.IsAbandoned)
                Abandon(context);
            exchange.End();
            drain.End();
            metrics.RequestEnded(context, time.GetElapsedTime(startedAt));
        }
    }

    private async Task EndAsync(HttpContext context, Exchange exchange)
    {
        var error = context.GetForwarderErrorFeature();
        var hasStarted = context.Response.HasStarted;

        // A caller that closes its connection after a complete response has not abandoned the request.
        exchange.IsAbandoned = (error is not null || !hasStarted)
            && (exchange.HasCallerGone || CallerDisconnect.Explains(error?.Exception));
        if (error is not null && hasStarted)
        {
            // The caller has the beginning of the provider's response, and its connection ends.
            metrics.UpstreamAnswered(context.Response.StatusCode);
        }
        else if (exchange.IsAbandoned || (error is null && context.Response.Headers.ContainsKey(ProblemAnswer.ErrorHeader)))
        {
            // There is no response of the provider.
        }
        else if (error is null)
        {
            failure.ReportAnswer(context.Response.StatusCode);
        }
        else
        {
            Discard(context);
            await failure.AnswerAsync(context, error);
        }
    }

    private async Task AnswerAsync(HttpContext context, Exchange exchange, Exception e)
    {
        if (exchange.HasCallerGone || CallerDisconnect.Explains(e))
        {
            exchange.IsAbandoned = true;
        }
        else if (context.Response.HasStarted)
        {
            // Only its end shows the caller that the response is not complete.
            failure.ReportMistake(e);
            context.Abort();
        }
        else if (e is BadHttpRequestException bad)
        {
            // The body was read before anything was sent.
            await Refusal.OfServer(bad).AnswerAsync(context, metrics);
        }
        else
        {
            Discard(context);
            await failure.AnswerMistakeAsync(context, e);
        }
    }

    /// <summary>No response is written. Nginx, Envoy and others log this status for a caller that closed its connection.</summary>
    private static void Abandon(HttpContext context)
    {
        if (!context.Response.HasStarted)
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        context.Features.Get<CallerInput>()?.End();
        context.Abort();
    }

    private Task RefuseAsync(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "1";
        return ProblemAnswer.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, ErrorCode.ShuttingDown, metrics,
            "The request was not sent, because the sidecar is stopping. Try again in 1 s, when another has taken its place.");
    }

    /// <summary>Removes everything of a response of which no byte has been sent.</summary>
    private void Discard(HttpContext context)
    {
        context.Response.Clear();
        drain.AskToClose(context);
        AnswerTrailers.Cancel(context);
    }
}
