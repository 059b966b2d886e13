using System.Text.Json.Nodes;
using Clik2pay.Simulator.Control;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Simulator.Auth;

/// <summary>Plays the faults of a token endpoint.</summary>
internal static class TokenEndpointFaults
{
    /// <summary>Responses in place of the token endpoint.</summary>
    /// <returns>Whether it has.</returns>
    public static async Task<bool> RespondAsync(HttpContext context, TokenEndpointFault fault)
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
                await Json.WriteAsync(context, StatusCodes.Status429TooManyRequests, new JsonObject { ["__type"] = "TooManyRequestsException", ["message"] = "Rate exceeded" });
                return true;
            case TokenEndpointFault.Refusing:
                await Json.WriteAsync(context, StatusCodes.Status400BadRequest, new JsonObject { ["error"] = "invalid_client" });
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

    /// <summary>Makes a good answer a bad one.</summary>
    public static JsonObject Spoil(TokenEndpointFault fault, JsonObject answer)
    {
        switch (fault)
        {
            case TokenEndpointFault.NotBearer:
                answer["token_type"] = "MAC";
                break;
            case TokenEndpointFault.BrokenToken:
                answer["access_token"] = "eyJraWQ\r\nx-injected: yes";
                break;
            case TokenEndpointFault.ZeroLifetime:
                answer["expires_in"] = 0;
                break;
            case TokenEndpointFault.NoLifetime:
                answer.Remove("expires_in");
                break;
            default:
                break;
        }

        return answer;
    }
}
