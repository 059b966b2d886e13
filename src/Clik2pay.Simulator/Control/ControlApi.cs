using System.Text.Json;
using System.Text.Json.Nodes;
using Clik2pay.Simulator.Auth;
using Clik2pay.Simulator.Payments;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Clik2pay.Simulator.Control;

/// <summary>The simulator's own API: faults on demand, counters, and what happens at the provider without anybody calling.</summary>
internal static class ControlApi
{
    public static void MapControlApi(this WebApplication app)
    {
        var services = app.Services;
        var faults = services.GetRequiredService<Faults>();
        var tokens = services.GetRequiredService<IssuedTokens>();
        var book = services.GetRequiredService<PaymentRequestBook>();
        var counters = services.GetRequiredService<Counters>();
        var control = app.MapGroup("/_simulator");

        control.MapGet("/counters", context => Json.WriteAsync(context, StatusCodes.Status200OK, counters.ToJson()));

        control.MapGet("/faults", context => WriteAsync(context, faults.Current));
        control.MapPut("/faults", context => SetAsync(context, faults));
        control.MapDelete("/faults", context => WriteAsync(context, faults.Current = new()));

        control.MapPost("/revoke-tokens", context => Json.WriteAsync(context, StatusCodes.Status200OK, new JsonObject { ["revoked"] = tokens.RevokeAll() }));

        // The payer pays.
        control.MapPost("/payment-requests/{id}/pay", context => PaymentRequestEndpoints.ChangeAsync(context, book, PaymentRequestStatus.Paid));
    }

    private static async Task SetAsync(HttpContext context, Faults faults)
    {
        try
        {
            var settings = await JsonSerializer.DeserializeAsync(context.Request.Body, FaultsJson.Default.FaultSettings, context.RequestAborted)
                ?? throw new JsonException("The body is null; to clear all faults, DELETE them.");
            if (!Enum.IsDefined(settings.TokenEndpoint) || !Enum.IsDefined(settings.Api))
                throw new JsonException("There is no such fault.");
            if (settings is { TokenEndpointDelayMs: < 0 } or { ApiDelayMs: < 0 } or { TokenLifetimeSeconds: < 1 })
                throw new JsonException("A delay is 0 or more, a lifetime 1 or more.");

            await WriteAsync(context, faults.Current = settings);
        }
        catch (JsonException e)
        {
            await Json.WriteAsync(context, StatusCodes.Status400BadRequest, new JsonObject { ["message"] = e.Message });
        }
    }

    private static Task WriteAsync(HttpContext context, FaultSettings settings) =>
        Json.WriteAsync(context, StatusCodes.Status200OK, JsonSerializer.SerializeToNode(settings, FaultsJson.Default.FaultSettings)!);
}
