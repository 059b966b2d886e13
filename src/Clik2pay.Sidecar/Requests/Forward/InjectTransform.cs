using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Requests.Headers;
using Clik2pay.Sidecar.Requests.Problems;
using Clik2pay.Sidecar.Requests.State;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Control;
using Clik2pay.Sidecar.Tokens.Refresh;
using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Requests.Forward;

/// <summary>
/// Sets the API key and the access token of the request's profile. Without a valid token, the transform responds with 503, and nothing is
/// sent (fail closed).
/// </summary>
internal sealed class InjectTransform(FailureResponder failures, TimeProvider time) : RequestTransform
{
    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        var exchange = Exchange.Of(context.HttpContext);
        var tokens = exchange.Profile.Tokens.Source;
        if (tokens.TryGet() is not { } token)
            return WaitAndApplyAsync(context, exchange, tokens);

        Inject(context, exchange, token);
        return default;
    }

    private void Inject(RequestTransformContext context, Exchange exchange, AccessToken token)
    {
        CredentialHeaders.Inject(context.ProxyRequest.Headers, token);
        exchange.BeginCall(time);
    }

    private async ValueTask WaitAndApplyAsync(RequestTransformContext context, Exchange exchange, AccessTokenSource tokens)
    {
        AccessToken? token;
        try
        {
            token = await tokens.GetAsync(context.CancellationToken);
        }
        catch (OperationCanceledException) when (!exchange.IsDisconnected)
        {
            // The cluster's ActivityTimeout is shorter than the wait. The caller gets the same response as after a failed refresh.
            token = null;
        }

        // YARP does not send a request if a transform has set a response
        // (https://learn.microsoft.com/aspnet/core/fundamentals/servers/yarp/extensibility-transforms).
        if (token is not null)
            Inject(context, exchange, token);
        else
            await failures.RespondAsync(context.HttpContext, Explain(tokens.Status, exchange.Sent));
    }

    /// <summary>Refused credentials have their own code, because a retry does not help until a person corrects them.</summary>
    private static (ErrorCode Code, string Advice) Explain(RefreshStatus status, long seconds) =>
        status.Failure is { Kind: FailureKind.Refused }
            ? (ErrorCode.CredentialsRefused,
                $"Check the credentials; the sidecar's log has details. Wait at least {seconds} s before you retry.")
            : (ErrorCode.TokenUnavailable, $"Try again in {seconds} s.");

    /// <summary>Explains why there is no token, and when a request can start the next attempt to obtain one.</summary>
    private Problem Explain(RefreshStatus status, Sent sent)
    {
        var seconds = Math.Max(1, (long)Math.Ceiling((status.NotBefore - time.GetMonotonicNow()).TotalSeconds));
        var (code, advice) = Explain(status, seconds);
        var whatWasSent = sent == Sent.No
            ? "Your request was not sent to the provider."
            : "The provider rejected the request with 401. The request was not sent again.";
        var detail = $"There is no valid access token: {status.WhyNoToken}. {whatWasSent} {advice}";
        return new(code, detail) { RetryAfter = seconds };
    }
}
