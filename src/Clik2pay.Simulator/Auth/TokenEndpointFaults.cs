using System.Text.Json.Nodes;
using Clik2pay.Simulator.Common;
using Clik2pay.Simulator.Faults;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Simulator.Auth;

/// <summary>Simulates the faults of a token endpoint.</summary>
internal static class TokenEndpointFaults
{
    /// <summary>Writes the response if the fault replaces the whole response.</summary>
    /// <returns>Whether the fault was applied. If not, the token endpoint handles the request.</returns>
    public static async Task<bool> TryRespondAsync(HttpContext context, TokenEndpointFault fault)
    {
        var response = context.Response;
        switch (fault)
        {
            case TokenEndpointFault.Down:
                context.Abort();
                return true;
            case TokenEndpointFault.Unavailable:
                response.StatusCode = StatusCodes.Status503ServiceUnavailable;
                return true;
            case TokenEndpointFault.Throttled:
                response.Headers.RetryAfter = "7";
                var throttled = new JsonObject { ["__type"] = "TooManyRequestsException", ["message"] = "Rate exceeded" };
                await JsonBody.WriteAsync(context, StatusCodes.Status429TooManyRequests, throttled);
                return true;
            case TokenEndpointFault.Refusing:
                await JsonBody.WriteAsync(context, StatusCodes.Status400BadRequest, new JsonObject { ["error"] = "invalid_client" });
                return true;
            case TokenEndpointFault.Redirecting:
                response.Redirect("https://elsewhere.example/oauth2/token");
                return true;
            case TokenEndpointFault.EmptyBody:
                response.ContentType = "application/json";
                return true;
            case TokenEndpointFault.Html:
                response.ContentType = "text/html";
                await response.WriteAsync("<!doctype html><title>Sign in</title>", context.RequestAborted);
                return true;
            case TokenEndpointFault.HugeBody:
                response.ContentType = "application/json";
                await response.WriteAsync($"{{\"access_token\":\"{new string('x', 1_000_000)}\"}}", context.RequestAborted);
                return true;
            default:
                return false;
        }
    }

    /// <summary>Changes a valid token response if the fault affects one of its fields.</summary>
    /// <returns>The same object.</returns>
    public static JsonObject Apply(TokenEndpointFault fault, JsonObject tokenResponse)
    {
        switch (fault)
        {
            case TokenEndpointFault.NotBearer:
                tokenResponse["token_type"] = "MAC";
                break;
            case TokenEndpointFault.BrokenToken:
                tokenResponse["access_token"] = "eyJraWQ\r\nx-injected: yes";
                break;
            case TokenEndpointFault.ZeroLifetime:
                tokenResponse["expires_in"] = 0;
                break;
            case TokenEndpointFault.NoLifetime:
                tokenResponse.Remove("expires_in");
                break;
            default:
                break;
        }

        return tokenResponse;
    }
}
