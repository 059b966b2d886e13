using Yarp.ReverseProxy.Forwarder;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>Turns YARP's bare 502 or 504 into a problem answer that says whether the request can have reached the provider.</summary>
internal sealed class UpstreamFailure(RequestDelegate next)
{
    public async Task InvokeAsync(HttpContext context)
    {
        await next(context);

        if (context.GetForwarderErrorFeature() is not { } failure || context.Response.HasStarted || context.RequestAborted.IsCancellationRequested)
            return;

        var (status, code, detail) = failure.Error switch
        {
            ForwarderError.RequestTimedOut => (StatusCodes.Status504GatewayTimeout, ErrorCode.UpstreamTimeout,
                "The provider's API did not answer in time. It may have carried the request out: look before you send it again."),
            ForwarderError.RequestBodyClient => (StatusCodes.Status400BadRequest, ErrorCode.BadRequest,
                "The request's body could not be read to its end."),
            _ => (StatusCodes.Status502BadGateway, ErrorCode.UpstreamUnreachable,
                "The provider's API could not be reached, or the connection broke before it had answered. It may have carried the request out: look before you send it again."),
        };
        await ProblemAnswer.WriteAsync(context, status, code, detail);
    }
}
