using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Clik2pay.Simulator.Common;
using Clik2pay.Simulator.Counting;
using Clik2pay.Simulator.Faults;
using Clik2pay.Simulator.Options;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Clik2pay.Simulator.Auth;

/// <summary>The Auth API: <c>POST /oauth2/token</c>, with the responses and errors of AWS Cognito.</summary>
internal static class AuthApi
{
    public static void MapAuthApi(this WebApplication app)
    {
        var options = app.Services.GetRequiredService<SimulatorOptions>();
        var tokens = app.Services.GetRequiredService<IssuedTokens>();
        var faults = app.Services.GetRequiredService<FaultState>();
        var counters = app.Services.GetRequiredService<Counters>();
        var time = app.Services.GetRequiredService<TimeProvider>();

        app.MapPost("/oauth2/token", async context =>
        {
            counters.Increment(CountedEvent.TokenRequests);
            var fault = faults.Of(context.Request);
            await Task.Delay(TimeSpan.FromMilliseconds(fault.TokenEndpointDelayMs), time, context.RequestAborted);

            // Kestrel would write the machine's time, which differs from the injected time in tests.
            context.Response.Headers.Date = time.GetUtcNow().ToString("R", CultureInfo.InvariantCulture);
            if (await TokenEndpointFaults.TryRespondAsync(context, fault.TokenEndpoint))
                return;

            var form = await FormBody.ReadAsync(context) ?? FormCollection.Empty;
            if (FindError(context.Request, form, options) is { } error)
            {
                counters.Increment(CountedEvent.TokenRequestsRefused);
                await JsonBody.WriteAsync(context, StatusCodes.Status400BadRequest, new JsonObject { ["error"] = error });
                return;
            }

            counters.Increment(CountedEvent.TokensIssued);
            var lifetime = TimeSpan.FromSeconds(fault.TokenLifetimeSeconds);
            var token = tokens.Issue(form["scope"].ToString(), lifetime);
            await JsonBody.WriteAsync(context, StatusCodes.Status200OK, TokenEndpointFaults.Apply(fault.TokenEndpoint, new JsonObject
            {
                ["access_token"] = token,
                ["expires_in"] = fault.TokenLifetimeSeconds,
                ["token_type"] = "Bearer",
            }));
        });
    }

    /// <returns>The OAuth error code for an invalid token request (RFC 6749, section 5.2); null for a valid one.</returns>
    private static string? FindError(HttpRequest request, IFormCollection form, SimulatorOptions options)
    {
        var expected = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{options.Username}:{options.Password}"));
        if (request.Headers.Authorization != $"Basic {expected}")
            return "invalid_client";

        if (form["grant_type"] != "client_credentials")
            return form.ContainsKey("grant_type") ? "unsupported_grant_type" : "invalid_request";

        return form["scope"].ToString() is "" or "payment_request/all" ? null : "invalid_scope";
    }
}
