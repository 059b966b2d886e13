using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Requests.Callers.Tokens;
using Clik2pay.Sidecar.Requests.Guard;
using Clik2pay.Sidecar.Requests.Headers;
using Clik2pay.Sidecar.Requests.Operations;
using Clik2pay.Sidecar.Requests.Problems;
using Clik2pay.Sidecar.Requests.State;

namespace Clik2pay.Sidecar.Requests.Callers;

/// <summary>
/// Recognizes the caller, selects the profile, and decides whether the caller may send the request. Otherwise, refuses the request before
/// anything is sent.
/// </summary>
internal sealed class CallerAccess(
    RequestDelegate next,
    CallerRecognition callers,
    CallerOptions options,
    ProfileSelector selector,
    CallerMetrics metrics,
    FailureResponder failures)
{
    private static readonly Problem Unrecognized = Refusals.CallerRefused(RefusalReason.CallerToken,
        $"The caller is not recognized. Send a valid token in the header {SidecarHeaders.CallerToken}, or connect to a Unix socket as a "
        + "user or group in the section Callers.");

    /// <summary>An OAuth client requests a new token after this response (RFC 6750, section 3).</summary>
    private static readonly Problem InvalidBearerToken = Refusals.Create(
        StatusCodes.Status401Unauthorized, ErrorCode.CallerRefused, RefusalReason.CallerToken,
        "The caller is not recognized. The bearer token is not a valid placeholder, for example because the caller token was replaced. "
        + $"Request a new one from the sidecar's token endpoint, or send a valid token in the header {SidecarHeaders.CallerToken}.") with
    { Challenge = "Bearer realm=\"clik2pay-sidecar\", error=\"invalid_token\"" };

    private static readonly Problem OtherOperation = NotAllowed(
        "The caller may not send this method to this path. Use an allowed operation, or add this one to the setting Operations of the "
        + "caller.");

    private static readonly Problem OverriddenOperation = NotAllowed(
        "The request has a header or query parameter that can change the method or the path at the provider, so the operation is not "
        + "certain. Remove it. The section Overrides of docs/reference/callers.md lists the names.");

    public Task InvokeAsync(HttpContext context)
    {
        var exchange = Exchange.Of(context);
        var (profile, problem) = callers.AreDefined ? Check(context, exchange) : Select(context, exchange, caller: null);
        if (profile is null)
            return failures.RespondAsync(context, problem!);

        exchange.Profile = profile;
        return next(context);
    }

    private static Problem NotAllowed(string detail) =>
        Refusals.Create(StatusCodes.Status403Forbidden, ErrorCode.OperationNotAllowed, RefusalReason.Operation, detail);

    private (Profile? Profile, Problem? Problem) Check(HttpContext context, Exchange exchange)
    {
        var target = exchange.Target;
        var operation = RequestOperation.Classify(context.Request.Method, target);
        var caller = callers.Recognize(context);
        (exchange.Caller, exchange.Operation) = (caller?.Name, operation);

        var (profile, problem) = caller is null ? (null, ExplainUnrecognized(context)) : Select(context, exchange, caller);
        if (profile is not null)
            problem = FindError(context, caller!, target);
        if (profile is null || problem is not null)
        {
            metrics.RequestRefused(caller, operation);
            return (null, problem);
        }

        metrics.RequestAllowed(caller!, profile, operation);
        return (profile, null);
    }

    private Problem ExplainUnrecognized(HttpContext context) =>
        options.PlaceholderTokenEndpoint && Placeholder.HasBearerToken(context.Request.Headers.Authorization)
            ? InvalidBearerToken
            : Unrecognized;

    private static Problem? FindError(HttpContext context, Caller caller, string target) =>
        !RequestOperation.IsAllowed(caller.Operations, context.Request.Method, target) ? OtherOperation
        : OperationOverride.IsIn(context.Request.Headers, target) ? OverriddenOperation
        : null;

    private (Profile? Profile, Problem? Problem) Select(HttpContext context, Exchange exchange, Caller? caller)
    {
        var profile = selector.Select(exchange.Listener.Profile, caller?.Profiles, context.Request.Headers, out var problem);
        return (profile, problem);
    }
}
