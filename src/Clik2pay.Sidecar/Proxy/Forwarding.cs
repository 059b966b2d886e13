using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Telemetry;
using Yarp.ReverseProxy.Forwarder;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>
/// A caller's request from its beginning to its end: it is counted while it is under way, sent once more when a 401 calls for it, and whatever
/// fails becomes an answer that explains it. What is unexpected ends here too, and what comes when the sidecar is about to end.
/// </summary>
internal sealed class Forwarding(RequestDelegate next, UpstreamSender upstream, UpstreamFailure failure, Drain drain, SidecarMetrics metrics, TimeProvider time)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var startedAt = time.GetTimestamp();
        var exchange = Exchange.Of(context);
        try
        {
            await (drain.TryBegin(context) ? next(context) : RefuseAsync(context));
            if (exchange.IsToBeReplayed)
            {
                exchange.IsReplay = true;
                Discard(context);
                await upstream.SendAsync(context);
            }

            if (context.GetForwarderErrorFeature() is { } error)
                await AnswerAsync(context, error);
            else if (!context.Response.Headers.ContainsKey(ProblemAnswer.ErrorHeader) && !HasGone(context))
                failure.ReportAnswer(context.Response.StatusCode);
        }
        catch (BadHttpRequestException e) when (!context.Response.HasStarted)
        {
            // The body was read before anything was sent.
            await Refusal.OfServer(e).AnswerAsync(context, metrics);
        }
        catch (Exception e) when (!context.Response.HasStarted)
        {
            Discard(context);
            await failure.AnswerMistakeAsync(context, e);
        }
        finally
        {
            exchange.End();
            drain.End();
            metrics.RequestEnded(context, time.GetElapsedTime(startedAt));
        }
    }

    private Task AnswerAsync(HttpContext context, IForwarderErrorFeature error)
    {
        // The caller has already got the beginning of the provider's answer and now sees it break off.
        if (context.Response.HasStarted)
        {
            metrics.UpstreamAnswered(context.Response.StatusCode);
            return Task.CompletedTask;
        }

        if (HasGone(context))
            return Task.CompletedTask;

        Discard(context);
        return failure.AnswerAsync(context, error);
    }

    /// <summary>The caller, before the beginning of an answer.</summary>
    private static bool HasGone(HttpContext context) => context.RequestAborted.IsCancellationRequested && !context.Response.HasStarted;

    private Task RefuseAsync(HttpContext context)
    {
        context.Response.Headers.RetryAfter = "1";
        return ProblemAnswer.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, ErrorCode.ShuttingDown, metrics,
            "The request was not sent, because the sidecar is stopping. Try again in 1 s, when another has taken its place.");
    }

    /// <summary>Nothing of an answer that is not to be, and of which no byte has gone out, stays in the one that follows.</summary>
    private void Discard(HttpContext context)
    {
        context.Response.Clear();
        drain.AskToClose(context);
        AnswerTrailers.Cancel(context);
    }
}
