using Clik2pay.Sidecar.Requests.Problems;
using Clik2pay.Sidecar.Requests.State;

namespace Clik2pay.Sidecar.Requests.Callers;

/// <summary>Decides whose credentials a request is sent with, or refuses the request before anything is sent.</summary>
internal sealed class CallerAccess(RequestDelegate next, ProfileSelector selector, FailureResponder failures)
{
    public Task InvokeAsync(HttpContext context)
    {
        var profile = selector.Select(listener: null, context.Request.Headers, out var problem);
        if (profile is null)
            return failures.RespondAsync(context, problem!);

        Exchange.Of(context).Profile = profile;
        return next(context);
    }
}
