using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Clik2pay.Simulator.Control;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Clik2pay.Simulator.Auth;

/// <summary>The Auth API: <c>POST /oauth2/token</c> with the shape and the errors of AWS Cognito.</summary>
internal static class AuthApi
{
    public static void MapAuthApi(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<SimulatorOptions>();
        var tokens = app.Services.GetRequiredService<IssuedTokens>();
        var faults = app.Services.GetRequiredService<Faults>();
        var counters = app.Services.GetRequiredService<Counters>();
        var time = app.Services.GetRequiredService<TimeProvider>();

        app.MapPost("/oauth2/token", async context =>
        {
            counters.Add(Counted.TokenRequests);
            var fault = faults.Current;
            await Task.Delay(TimeSpan.FromMilliseconds(fault.TokenEndpointDelayMs), time, context.RequestAborted);

            // The server's own clock, also where a test has set it.
            context.Response.Headers.Date = time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
            if (await TokenEndpointFaults.RespondAsync(context, fault.TokenEndpoint))
                return;

            var form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync(context.RequestAborted) : FormCollection.Empty;
            if (Refusal(context.Request, form, options) is { } error)
            {
                counters.Add(Counted.TokenRequestsRefused);
                await Json.WriteAsync(context, StatusCodes.Status400BadRequest, new JsonObject { ["error"] = error });
                return;
            }

            counters.Add(Counted.TokensIssued);
            var lifetime = TimeSpan.FromSeconds(fault.TokenLifetimeSeconds);
            var token = tokens.Issue(form["scope"].ToString(), lifetime);
            await Json.WriteAsync(context, StatusCodes.Status200OK, TokenEndpointFaults.Spoil(fault.TokenEndpoint, new JsonObject
            {
                ["access_token"] = token,
                ["expires_in"] = fault.TokenLifetimeSeconds,
                ["token_type"] = "Bearer",
            }));
        });
    }

    /// <summary>The OAuth error for a request that gets no token (RFC 6749, section 5.2); null for one that does.</summary>
    private static string? Refusal(HttpRequest request, IFormCollection form, SimulatorOptions options)
    {
        var expected = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.Username}:{options.Password}"));
        if (request.Headers.Authorization != $"Basic {expected}")
            return "invalid_client";

        if (form["grant_type"] != "client_credentials")
            return form.ContainsKey("grant_type") ? "unsupported_grant_type" : "invalid_request";

        return form["scope"].ToString() is "" or "payment_request/all" ? null : "invalid_scope";
    }
}
