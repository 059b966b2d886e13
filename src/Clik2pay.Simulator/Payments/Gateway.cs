using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Clik2pay.Simulator.Auth;
using Clik2pay.Simulator.Control;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Simulator.Payments;

/// <summary>Stands before the Payment Requests API as AWS API Gateway does: request ids, token and key looked at, its own error bodies.</summary>
internal sealed class Gateway(SimulatorOptions options, IssuedTokens tokens, Faults faults, Counters counters, TimeProvider time)
{
    private const string BearerPrefix = "Bearer ";

    /// <summary>The error of a path that the API does not have: API Gateway says so in this odd way.</summary>
    public static Task NoSuchRouteAsync(HttpContext context) => RefuseAsync(context, StatusCodes.Status403Forbidden, "MissingAuthenticationTokenException", "Missing Authentication Token");

    /// <summary>Writes an error as API Gateway does.</summary>
    public static Task RefuseAsync(HttpContext context, int status, string type, string message)
    {
        context.Response.Headers["x-amzn-ErrorType"] = type;
        return Json.WriteAsync(context, status, new JsonObject { ["message"] = message });
    }

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        counters.Add(Counted.ApiRequests);
        context.Response.Headers["x-amzn-RequestId"] = Identifier.New();
        context.Response.Headers["x-amz-apigw-id"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(11));

        var fault = faults.Current;
        await Task.Delay(TimeSpan.FromMilliseconds(fault.ApiDelayMs), time, context.RequestAborted);

        if (fault.Api == ApiFault.Down)
        {
            context.Abort();
        }
        else if (fault.Api == ApiFault.ServerError)
        {
            await RefuseAsync(context, StatusCodes.Status500InternalServerError, "InternalServerErrorException", "Internal server error");
        }
        else if (fault.Api == ApiFault.Throttled)
        {
            counters.Add(Counted.ApiThrottled);
            await RefuseAsync(context, StatusCodes.Status429TooManyRequests, "TooManyRequestsException", "Too Many Requests");
        }
        else if (fault.Api == ApiFault.Unauthorized || !HasValidToken(context.Request))
        {
            counters.Add(Counted.ApiUnauthorized);
            await RefuseAsync(context, StatusCodes.Status401Unauthorized, "UnauthorizedException", "Unauthorized");
        }
        else if (context.Request.Headers["x-api-key"] != options.ApiKey)
        {
            counters.Add(Counted.ApiForbidden);
            await RefuseAsync(context, StatusCodes.Status403Forbidden, "ForbiddenException", "Forbidden");
        }
        else
        {
            await next(context);
        }
    }

    private bool HasValidToken(HttpRequest request) =>
        request.Headers.Authorization is [{ } only]
        && only.StartsWith(BearerPrefix, StringComparison.Ordinal)
        && tokens.IsValid(only[BearerPrefix.Length..]);
}
