using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using Clik2pay.Sidecar.Requests.Headers;
using Clik2pay.Sidecar.Requests.State;
using Clik2pay.Sidecar.Telemetry;
using Yarp.ReverseProxy.Forwarder;

namespace Clik2pay.Sidecar.Requests.Problems;

/// <summary>
/// Turns every failure into the sidecar's own response, and counts it. Only these responses have the header
/// <see cref="SidecarHeaders.Error"/>, so a caller can distinguish them from the provider's. None of them is a 2xx.
/// </summary>
internal sealed class FailureResponder(UpstreamFailures upstream, RequestMetrics metrics, ILogger<FailureResponder> log)
{
    /// <summary>Responds to a request that a step refuses or cannot serve. The response must not have started.</summary>
    public async Task RespondAsync(HttpContext context, Problem problem)
    {
        var body = Begin(context, problem);

        // A response to HEAD has no body. Methods are case-sensitive. The write is not canceled, because a disconnect is not an error.
        if (context.Request.Method is not "HEAD")
            await context.Response.Body.WriteAsync(body, CancellationToken.None);
    }

    /// <summary>Responds to a request that the forwarder could not complete. The response must not have started.</summary>
    public Task RespondAsync(HttpContext context, IForwarderErrorFeature error)
    {
        var exchange = Exchange.Of(context);
        return error switch
        {
            { Error: ForwarderError.RequestBodyClient } => RespondAsync(context, ExplainBody(error.Exception, exchange.Sent)),
            { Error: ForwarderError.RequestCreation, Exception: { } e } => RespondAsync(context, e),
            _ => RespondAsync(context, upstream.Report(error, exchange)),
        };
    }

    /// <summary>Responds to a request that ended with an exception. The response must not have started.</summary>
    public Task RespondAsync(HttpContext context, Exception e)
    {
        // The body could not be buffered, so nothing has been sent.
        if (e is BadHttpRequestException bad)
            return RespondAsync(context, Refusals.FromServer(bad));

        Report(e);
        return RespondAsync(context, new Problem(ErrorCode.InternalError,
            $"An error occurred in the sidecar ({e.GetType().Name}). The sidecar's log has details. "
            + UpstreamFailures.AdviceFor(Exchange.Of(context).Sent)));
    }

    /// <summary>
    /// Responds to a request that the server could not read. The server has no response body for such a request, so the body is written
    /// to the connection, after the head that the server writes.
    /// </summary>
    /// <param name="context">The request as far as the server has read it. Its response must not have started.</param>
    /// <param name="e">The server's reason.</param>
    /// <param name="connection">The output of the connection.</param>
    public void RespondUnread(HttpContext context, BadHttpRequestException e, PipeWriter connection)
    {
        context.Response.Headers.Clear();
        var body = Begin(context, Refusals.FromServer(e));

        // StartAsync and FlushAsync only fill the connection's buffer. The server sends the buffer before it closes the connection.
        if (context.Response.StartAsync(CancellationToken.None).IsFaulted)
            return;

        if (context.Request.Method is not "HEAD")
            connection.Write(body);
        _ = connection.FlushAsync(CancellationToken.None).AsTask();
    }

    /// <summary>Logs the type and the stack trace of an unexpected exception. The message of the exception may contain secrets.</summary>
    public void Report(Exception e) => log.RequestFailed(e.GetType().Name, e.StackTrace);

    /// <summary>
    /// Explains why a body that was being streamed could not be read. The provider may have received the beginning of the body.
    /// </summary>
    private static Problem ExplainBody(Exception? error, Sent sent)
    {
        var problem = (error is AggregateException ? error.InnerException : error) switch
        {
            BadHttpRequestException bad => Refusals.FromServer(bad),
            OperationCanceledException => Refusals.FromServer(new("The request timed out.", StatusCodes.Status408RequestTimeout)),
            _ => Refusals.BadRequest(RefusalReason.Malformed, "The request's body is incomplete. Send the complete body."),
        };
        return sent == Sent.No ? problem : problem with { Detail = $"{problem.Detail} {UpstreamFailures.AdviceFor(sent)}" };
    }

    /// <summary>Counts the failure and sets the head of the response.</summary>
    /// <returns>The body.</returns>
    private byte[] Begin(HttpContext context, Problem problem)
    {
        var (exchange, response) = (Exchange.Of(context), context.Response);
        exchange.RecordOwnResponse(problem.Code);
        if (problem.Refusal is { } reason)
            metrics.RequestRefused(reason);
        metrics.Responded(problem.Code, exchange.Sent);

        var body = ProblemJson.Write(problem, exchange.Sent);
        response.StatusCode = problem.Status;
        response.ContentType = ProblemJson.ContentType;
        response.ContentLength = body.Length;
        response.Headers[SidecarHeaders.Error] = problem.Code.ToSnakeCase();
        if (problem.RetryAfter is { } seconds)
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        if (problem.Allow is { } methods)
            response.Headers.Allow = methods;
        if (problem.Challenge is { } challenge)
            response.Headers.WWWAuthenticate = challenge;
        if (problem.ClosesConnection)
            response.Headers.Connection = "close";
        return body;
    }
}
