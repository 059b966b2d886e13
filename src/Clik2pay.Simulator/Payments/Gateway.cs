using System.Security.Cryptography;
using Clik2pay.Simulator.Auth;
using Clik2pay.Simulator.Common;
using Clik2pay.Simulator.Counting;
using Clik2pay.Simulator.Faults;
using Clik2pay.Simulator.Options;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Simulator.Payments;

/// <summary>
/// Handles every request to the Payment Requests API first: adds request ids in the format of AWS API Gateway, simulates faults, and
/// checks the access token and the API key.
/// </summary>
internal sealed class Gateway(
    SimulatorOptions options, IssuedTokens tokens, FaultState faults, Counters counters, ErrorWriter errors, TimeProvider time)
{
    private const string BearerPrefix = "Bearer ";

    public async Task InvokeAsync(HttpContext context, RequestDelegate next)
    {
        counters.Increment(CountedEvent.ApiRequests);
        context.Response.Headers["x-amzn-RequestId"] = Identifier.New();
        context.Response.Headers["x-amz-apigw-id"] = Convert.ToBase64String(RandomNumberGenerator.GetBytes(11));

        var fault = faults.Of(context.Request);
        var output = context.Response.Body;
        using var response = new MemoryStream();
        context.Response.Body = response;
        await RespondAsync(context, next, fault);

        // The delay follows the processing, so that a call is carried out even if its caller stops waiting.
        await Task.Delay(TimeSpan.FromMilliseconds(fault.ApiDelayMs), time, context.RequestAborted);
        if (fault.Api is ApiFault.Down or ApiFault.ResponseLost)
            context.Abort();
        else
            await output.WriteAsync(response.ToArray(), context.RequestAborted);
    }

    private async Task RespondAsync(HttpContext context, RequestDelegate next, FaultSettings fault)
    {
        if (fault.Api is ApiFault.Down)
            return;

        if (fault.Api is ApiFault.ServerError)
        {
            await errors.WriteServerErrorAsync(context);
        }
        else if (fault.Api is ApiFault.Throttled)
        {
            counters.Increment(CountedEvent.ApiThrottled);
            await errors.WriteThrottledAsync(context);
        }
        else if (fault.Api is ApiFault.Unauthorized || !HasValidToken(context.Request))
        {
            counters.Increment(CountedEvent.ApiUnauthorized);
            await errors.WriteUnauthorizedAsync(context);
        }
        else if (context.Request.Headers["x-api-key"] != options.ApiKey)
        {
            counters.Increment(CountedEvent.ApiForbidden);
            await errors.WriteForbiddenAsync(context);
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
