using System.Text.Json;
using System.Text.Json.Nodes;
using Clik2pay.Simulator.Auth;
using Clik2pay.Simulator.Common;
using Clik2pay.Simulator.Counting;
using Clik2pay.Simulator.Faults;
using Clik2pay.Simulator.Payments;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Clik2pay.Simulator.Control;

/// <summary>The simulator's own API: sets faults, returns counters, revokes tokens, and pays payment requests.</summary>
internal static class ControlApi
{
    public static void MapControlApi(this WebApplication app)
    {
        var services = app.Services;
        var faults = services.GetRequiredService<FaultState>();
        var tokens = services.GetRequiredService<IssuedTokens>();
        var requests = services.GetRequiredService<PaymentRequestStore>();
        var counters = services.GetRequiredService<Counters>();
        var control = app.MapGroup("/_simulator");

        control.MapGet("/counters", context => JsonBody.WriteAsync(context, StatusCodes.Status200OK, counters.ToJson()));

        control.MapGet("/faults", context => WriteAsync(context, faults.Current));
        control.MapPut("/faults", context => SetAsync(context, faults));
        control.MapDelete("/faults", context => WriteAsync(context, faults.Current = new()));

        control.MapPost("/revoke-tokens", context =>
            JsonBody.WriteAsync(context, StatusCodes.Status200OK, new JsonObject { ["revoked"] = tokens.RevokeAll() }));

        control.MapPost("/payment-requests/{id}/pay", context =>
            PaymentRequestEndpoints.ChangeStatusAsync(context, requests, PaymentRequestStatus.Paid));
    }

    private static async Task SetAsync(HttpContext context, FaultState faults)
    {
        try
        {
            await WriteAsync(context, faults.Current = await ReadAsync(context));
        }
        catch (JsonException e)
        {
            await JsonBody.WriteAsync(context, StatusCodes.Status400BadRequest, new JsonObject { ["message"] = e.Message });
        }
    }

    private static async Task<FaultSettings> ReadAsync(HttpContext context)
    {
        var settings = await JsonSerializer.DeserializeAsync(
                context.Request.Body, FaultsJson.Default.FaultSettings, context.RequestAborted)
            ?? throw new JsonException("The body is null. To clear all faults, send DELETE.");
        if (!Enum.IsDefined(settings.TokenEndpoint))
            throw new JsonException($"tokenEndpoint: use one of {string.Join(", ", Enum.GetNames<TokenEndpointFault>())}.");
        if (!Enum.IsDefined(settings.Api))
            throw new JsonException($"api: use one of {string.Join(", ", Enum.GetNames<ApiFault>())}.");
        if (settings is { TokenEndpointDelayMs: < 0 } or { ApiDelayMs: < 0 })
            throw new JsonException("tokenEndpointDelayMs and apiDelayMs must be 0 or more.");
        if (settings.TokenLifetimeSeconds < 1)
            throw new JsonException("tokenLifetimeSeconds must be 1 or more.");

        return settings;
    }

    private static Task WriteAsync(HttpContext context, FaultSettings settings)
    {
        var body = JsonSerializer.SerializeToNode(settings, FaultsJson.Default.FaultSettings)!;
        return JsonBody.WriteAsync(context, StatusCodes.Status200OK, body);
    }
}
