using System.Globalization;
using Clik2pay.Sidecar.Requests.Headers;
using Clik2pay.Sidecar.Requests.Problems;
using Clik2pay.Sidecar.Requests.State;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Refresh;
using Yarp.ReverseProxy.Transforms;

namespace Clik2pay.Sidecar.Requests.Forward;

/// <summary>Sets the API key and the access token of one credential set. Without a valid token the answer is 503 and nothing goes upstream: fail closed.</summary>
internal sealed class InjectTransform(AccessTokenSource tokens, RequestMetrics metrics, TimeProvider time) : RequestTransform
{
    public override ValueTask ApplyAsync(RequestTransformContext context)
    {
        if (tokens.TryGet() is not { } token)
            return WaitAndApplyAsync(context);

        CredentialHeaders.Inject(context.ProxyRequest.Headers, token);
        return default;
    }

    private async ValueTask WaitAndApplyAsync(RequestTransformContext context)
    {
        AccessToken? token;
        try
        {
            token = await tokens.GetAsync(context.CancellationToken);
        }
        catch (OperationCanceledException) when (!context.HttpContext.RequestAborted.IsCancellationRequested)
        {
            // The cluster's ActivityTimeout is shorter than the wait. Nothing has been sent, and the caller must learn just that.
            token = null;
        }

        if (token is not null)
            CredentialHeaders.Inject(context.ProxyRequest.Headers, token);
        else
            await RefuseAsync(context.HttpContext);
    }

    /// <summary>Refused credentials have a code of their own, so that an alert can distinguish "wait" from "page someone".</summary>
    private static (ErrorCode Code, string Advice) Explain(RefreshStatus status, long seconds) =>
        status.Failure is { Outcome: RefreshOutcome.Rejected }
            ? (ErrorCode.CredentialsRefused,
                $"Check the credentials; the sidecar's log has details. A retry can help in {seconds} s at the earliest.")
            : (ErrorCode.TokenUnavailable, $"Try again in {seconds} s.");

    private static string Explain(Sent sent) =>
        sent == Sent.No ? "The request was not sent." : "The provider has refused the request with 401, and its replay was not sent.";

    /// <summary>A response that is set makes YARP send nothing (fail closed). It says when a request can bring the next attempt about.</summary>
    private Task RefuseAsync(HttpContext context)
    {
        var status = tokens.Status;
        var seconds = Math.Max(1, (long)Math.Ceiling((status.NotBefore - time.GetMonotonicNow()).TotalSeconds));

        context.Response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        var (code, advice) = Explain(status, seconds);
        return ProblemResponse.WriteAsync(context, StatusCodes.Status503ServiceUnavailable, code, metrics,
            $"There is no valid access token: {status.WhyNoToken}. {Explain(Exchange.Of(context).Sent)} {advice}");
    }
}
