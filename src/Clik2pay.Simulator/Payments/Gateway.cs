using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Clik2pay.Simulator.Auth;
using Clik2pay.Simulator.Common;
using Clik2pay.Simulator.Counting;
using Clik2pay.Simulator.Faults;
using Clik2pay.Simulator.Options;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Simulator.Payments;

/// <summary>
/// Simulates AWS API Gateway in front of the Payment Requests API: adds request ids, checks the access token and the API key, and writes
/// errors.
/// </summary>
internal sealed class Gateway(
    SimulatorOptions options, IssuedTokens tokens, FaultState faults, Counters counters, TimeProvider time)
{
    private const string BearerPrefix = "Bearer ";

    /// <summary>Responds as API Gateway does to a path that the API does not have: with 403 and this message.</summary>
    public static Task WriteUnknownRouteAsync(HttpContext context) => WriteErrorAsync(
        context, StatusCodes.Status403Forbidden, "MissingAuthenticationTokenException", "Missing Authentication Token");

    /// <summary>Writes an error in the format of API Gateway.</summary>
    public static Task WriteErrorAsync(HttpContext context, int status, string type, string message)
    {
        context.Response.Headers["x-amzn-ErrorType"] = type;
        return JsonBody.WriteAsync(context, status, new JsonObject { ["message"] = message });
    }

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        counters.Increment(CountedEvent.ApiRequests);
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
            await WriteErrorAsync(
                context, StatusCodes.Status500InternalServerError, "InternalServerErrorException", "Internal server error");
        }
        else if (fault.Api == ApiFault.Throttled)
        {
            counters.Increment(CountedEvent.ApiThrottled);
            await WriteErrorAsync(context, StatusCodes.Status429TooManyRequests, "TooManyRequestsException", "Too Many Requests");
        }
        else if (fault.Api == ApiFault.Unauthorized || !HasValidToken(context.Request))
        {
            counters.Increment(CountedEvent.ApiUnauthorized);
            await WriteErrorAsync(context, StatusCodes.Status401Unauthorized, "UnauthorizedException", "Unauthorized");
        }
        else if (context.Request.Headers["x-api-key"] != options.ApiKey)
        {
            counters.Increment(CountedEvent.ApiForbidden);
            await WriteErrorAsync(context, StatusCodes.Status403Forbidden, "ForbiddenException", "Forbidden");
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
