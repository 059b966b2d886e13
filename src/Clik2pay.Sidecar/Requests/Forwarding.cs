using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Requests.Connections;
using Clik2pay.Sidecar.Requests.Headers;
using Clik2pay.Sidecar.Requests.Problems;
using Clik2pay.Sidecar.Requests.Responses;
using Clik2pay.Sidecar.Requests.State;
using Clik2pay.Sidecar.Requests.Upstream;

namespace Clik2pay.Sidecar.Requests;

/// <summary>
/// Counts a caller's request while it is in progress, replays it after a 401, and turns every failure into a response that explains it. If
/// the caller disconnects, no response is written and no error is logged.
/// </summary>
internal sealed class Forwarding(
    RequestDelegate next, UpstreamSender upstream, UpstreamFailure failure, Drain drain, RequestMetrics metrics, TimeProvider time)
{
    private const string Stopping =
        "The request was not sent, because the sidecar is stopping. Try again in 1 s, when another has taken its place.";

    public async Task InvokeAsync(HttpContext context)
    {
        var startedAt = time.GetTimestamp();
        var exchange = Exchange.Of(context);
        exchange.Begin(context);

        // Also for a request that is refused or has no route: the server reads its body to the end.
        if (context.Request.Headers.TransferEncoding.Count > 0)
            context.Features.Get<CallerInput>()?.BeginChunkedBody();
        try
        {
            await (drain.TryBegin(context) ? next(context) : RefuseAsync(context, Stopping));
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
            await RespondAsync(context, exchange, e);
        }
        finally
        {
            if (exchange.IsAbandoned)
                Abandon(context, exchange);
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
        exchange.IsAbandoned = (error is not null || !hasStarted) && HasGone(exchange, error?.Exception);
        if (error is not null && hasStarted)
        {
            // The caller has part of the provider's response. Its connection will be closed.
            metrics.UpstreamResponded(context.Response.StatusCode);
        }
        else if (exchange.IsAbandoned || (error is null && context.Response.Headers.ContainsKey(SidecarHeaders.Error)))
        {
            // There is no provider response to report.
        }
        else if (error is null)
        {
            failure.ReportResponse(context.Response.StatusCode);
        }
        else if (drain.BreaksOff)
        {
            Discard(context);
            await RefuseAsync(context, $"The request did not end before the sidecar stopped. {UpstreamFailure.AdviceFor(exchange.Sent)}");
        }
        else
        {
            Discard(context);
            await failure.RespondAsync(context, error);
        }
    }

    /// <summary>The server reports connections that it closes at the end of the drain in the same way.</summary>
    private bool HasGone(Exchange exchange, Exception? e) => !drain.BreaksOff && (exchange.HasCallerGone || CallerDisconnect.Explains(e));

    private async Task RespondAsync(HttpContext context, Exchange exchange, Exception e)
    {
        if (HasGone(exchange, e))
        {
            exchange.IsAbandoned = true;
        }
        else if (context.Response.HasStarted)
        {
            // Only a closed connection shows the caller that the response is not complete.
            failure.ReportInternalError(e);
            context.Abort();
        }
        else if (e is BadHttpRequestException bad)
        {
            // The body was read before anything was sent.
            await Refusal.OfServer(bad).RespondAsync(context, metrics);
        }
        else
        {
            Discard(context);
            await failure.RespondWithInternalErrorAsync(context, e);
        }
    }

    /// <summary>Ends the connection without a response. Other proxies use the same status for a caller that disconnected.</summary>
    private static void Abandon(HttpContext context, Exchange exchange)
    {
        exchange.ReportedSent = exchange.Sent;
        if (!context.Response.HasStarted)
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        context.Features.Get<CallerInput>()?.End();
        context.Abort();
    }

    private Task RefuseAsync(HttpContext context, string detail)
    {
        context.Response.Headers.RetryAfter = "1";
        return ProblemResponse.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, ErrorCode.ShuttingDown, metrics, detail);
    }

    /// <summary>Clears a response that has not started.</summary>
    private void Discard(HttpContext context)
    {
        context.Response.Clear();
        drain.AskToClose(context);
        ResponseTrailers.Cancel(context);
    }
}
