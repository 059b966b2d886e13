using System.Net;
using Clik2pay.Sidecar.Requests.Headers;
using Clik2pay.Sidecar.Requests.State;
using Clik2pay.Sidecar.Tokens.Control;
using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Requests.Replay;

/// <summary>
/// Decides after a 401 whether the request is sent once more, with the successor of the rejected token. Only a 401 leads to a replay,
/// because only this status proves that the provider has not processed the request.
/// </summary>
internal sealed class UnauthorizedTransform(RequestMetrics metrics, TimeProvider time) : ResponseTransform
{
    /// <summary>
    /// The fraction of the request timeout that is reserved for returning the provider's 401, up to <see cref="LongestReserve"/>.
    /// </summary>
    private const double ReservedFraction = 0.1;
    private static readonly TimeSpan LongestReserve = TimeSpan.FromSeconds(1);

    public override ValueTask ApplyAsync(ResponseTransformContext context) =>
        context.ProxyResponse is { StatusCode: HttpStatusCode.Unauthorized, RequestMessage: { } request }
            ? DecideAsync(context, request)
            : default;

    private async ValueTask DecideAsync(ResponseTransformContext context, HttpRequestMessage request)
    {
        var exchange = Exchange.Of(context.HttpContext);
        var tokens = exchange.Profile.Tokens.Source;

        // Reject and ReplaceAsync both report the token as rejected.
        var authorization = request.Headers.NonValidated[CredentialHeaders.Authorization].ToString();
        if (exchange.IsReplay || exchange.HasStreamedBody)
        {
            tokens.Reject(authorization);
        }
        else if (await HasSuccessorAsync(tokens, authorization, exchange, context))
        {
            // The caller gets the response to the replay instead.
            exchange.IsToBeReplayed = true;
            context.SuppressResponseBody = true;
            metrics.UpstreamUnauthorized(UnauthorizedAction.Retried);
            return;
        }

        // Without a replay, the caller gets the provider's 401.
        metrics.UpstreamUnauthorized(UnauthorizedAction.PassedOn);
    }

    private async Task<bool> HasSuccessorAsync(
        AccessTokenSource tokens, string authorization, Exchange exchange, ResponseTransformContext context)
    {
        var reserve = exchange.TimeLimit * ReservedFraction;
        var wait = exchange.GetTimeLeft(time) - (reserve < LongestReserve ? reserve : LongestReserve);
        using var deadline = new CancellationTokenSource(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(deadline.Token, context.CancellationToken);
        try
        {
            return await tokens.ReplaceAsync(authorization, either.Token) is not null;
        }
        catch (OperationCanceledException) when (deadline.IsCancellationRequested && !context.CancellationToken.IsCancellationRequested)
        {
            // The refresh continues for later requests.
            return false;
        }
    }
}
