using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Provider.Connections;
using Clik2pay.Sidecar.Requests.Connections;
using Clik2pay.Sidecar.Requests.Problems;
using Clik2pay.Sidecar.Requests.Responses;
using Clik2pay.Sidecar.Requests.State;
using Clik2pay.Sidecar.Requests.Upstream;
using Yarp.ReverseProxy.Forwarder;

namespace Clik2pay.Sidecar.Requests;

/// <summary>
/// Counts a request while it is in progress, sends it again after a 401, and passes every failure to the <see cref="FailureResponder"/>.
/// If the caller disconnects, no response is written and no error is logged.
/// </summary>
internal sealed class RequestLifecycle(
    RequestDelegate next,
    UpstreamSender sender,
    FailureResponder failures,
    UpstreamFailures upstream,
    Drain drain,
    RequestMetrics metrics,
    TimeProvider time)
{
    public async Task InvokeAsync(HttpContext context)
    {
        var startedAt = time.GetTimestamp();
        var exchange = Exchange.Of(context);

        // The bodies of requests that are refused or have no route are validated too, because the server reads them to the end.
        if (context.Request.Headers.TransferEncoding.Count > 0)
            context.Features.Find<CallerInput>()?.BeginChunkedBody();
        try
        {
            await (drain.TryBegin(context) ? next(context) : failures.RespondAsync(context, Problem.Stopping));
            if (exchange.IsToBeReplayed)
            {
                exchange.BeginReplay();
                Discard(context);

                // An error of the first response, such as invalid headers, does not apply to the replay.
                context.Features.Set<IForwarderErrorFeature>(null);
                await sender.SendAsync(context);
            }

            await CompleteAsync(context, exchange, context.GetForwarderErrorFeature());
        }
        catch (Exception e)
        {
            await CompleteAsync(context, exchange, e);
        }
        finally
        {
            if (exchange.HasCallerGone)
                Abandon(context);
            exchange.End();
            drain.End();
            metrics.RequestEnded(context, time.GetElapsedTime(startedAt));
        }
    }

    /// <summary>Completes a request that was refused or forwarded.</summary>
    private async Task CompleteAsync(HttpContext context, Exchange exchange, IForwarderErrorFeature? error)
    {
        RecordFailedCall(context, exchange, error?.Error, error?.Exception);
        var hasStarted = context.Response.HasStarted;

        // A caller that closes its connection after a complete response has not abandoned the request.
        var mayBeIncomplete = error is not null || !hasStarted;
        var hasCallerGone = mayBeIncomplete && DetectDisconnect(exchange, error?.Exception);
        if (error is not null && hasStarted)
        {
            // The caller has received a part of the provider's response. YARP has aborted the caller's connection.
            metrics.UpstreamResponded(context.Response.StatusCode);
        }
        else if (hasCallerGone || (error is null && exchange.IsOwnResponse))
        {
            // No response of the provider is returned.
        }
        else if (error is null)
        {
            upstream.ReportResponse(exchange, context.Response.StatusCode);
        }
        else
        {
            Discard(context);
            await (drain.IsAborting
                ? failures.RespondAsync(context, Problem.ShuttingDown(
                    $"The request did not end before the sidecar stopped. {UpstreamFailures.AdviceFor(exchange.Sent)}"))
                : failures.RespondAsync(context, error));
        }
    }

    /// <summary>Completes a request that ended with an exception.</summary>
    private async Task CompleteAsync(HttpContext context, Exchange exchange, Exception e)
    {
        RecordFailedCall(context, exchange, error: null, e);
        if (DetectDisconnect(exchange, e))
            return;

        if (context.Response.HasStarted)
        {
            // Only a closed connection indicates to the caller that the response is incomplete.
            failures.Report(e);
            context.Abort();
            return;
        }

        Discard(context);
        await failures.RespondAsync(context, e);
    }

    /// <summary>Records the duration of a call that failed, or whose response cannot be forwarded.</summary>
    private void RecordFailedCall(HttpContext context, Exchange exchange, ForwarderError? error, Exception? e)
    {
        if (!exchange.IsCalling || e is null)
            return;

        // YARP copies the headers before the first response transform. CallDurationTransform records responses whose headers are valid.
        var isInvalid = error == ForwarderError.ResponseHeaders;
        exchange.Profile.Connections.ApiCalls.Failed(
            context.Request.KnownMethod(), isInvalid ? CallMetrics.InvalidResponse : CallMetrics.NameOf(e), exchange.EndCall(time));
    }

    /// <summary>
    /// Detects and records that the caller has disconnected. At the end of the drain, the server itself closes connections and reports them
    /// as disconnects, so disconnects do not count then.
    /// </summary>
    private bool DetectDisconnect(Exchange exchange, Exception? e)
    {
        if (drain.IsAborting || !(exchange.IsDisconnected || CallerDisconnect.Explains(e)))
            return false;

        exchange.RecordDisconnect();
        return true;
    }

    /// <summary>Ends the connection without a response. Other proxies also use the status 499 for a caller that disconnected.</summary>
    private static void Abandon(HttpContext context)
    {
        if (!context.Response.HasStarted)
            context.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
        context.Features.Find<CallerInput>()?.End();
        context.Abort();
    }

    /// <summary>Clears a response that has not started.</summary>
    private void Discard(HttpContext context)
    {
        context.Response.Clear();
        drain.AskToClose(context);
        ResponseTrailers.Cancel(context);
    }
}
