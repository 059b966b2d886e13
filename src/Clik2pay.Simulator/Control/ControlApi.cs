using System.Text.Json;
using System.Text.Json.Nodes;
using Clik2pay.Simulator.Auth;
using Clik2pay.Simulator.Common;
using Clik2pay.Simulator.Counting;
using Clik2pay.Simulator.Description;
using Clik2pay.Simulator.Faults;
using Clik2pay.Simulator.Options;
using Clik2pay.Simulator.Webhooks;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Clik2pay.Simulator.Control;

/// <summary>
/// The simulator's own API: sets faults, returns counters, deliveries and the OpenAPI description, revokes tokens, and changes the status
/// of transactions.
/// </summary>
internal static class ControlApi
{
    public static void MapControlApi(this WebApplication app)
    {
        var services = app.Services;
        var options = services.GetRequiredService<SimulatorOptions>();
        var faults = services.GetRequiredService<FaultState>();
        var tokens = services.GetRequiredService<IssuedTokens>();
        var counters = services.GetRequiredService<Counters>();
        var webhooks = services.GetRequiredService<WebhookQueue>();
        var control = app.MapGroup("/_simulator");

        control.MapGet("/counters", context => WriteAsync(context, counters.ToJson()));
        control.MapGet("/deliveries", context => WriteAsync(context, webhooks.ToJson()));
        control.MapGet("/openapi.json", context => WriteAsync(context, OpenApiDescription.Create()));

        control.MapGet("/faults", context => WriteFaultsAsync(context, faults.Current));
        control.MapPut("/faults", context => SetFaultsAsync(context, faults, options.Webhook is not null));
        control.MapDelete("/faults", context => WriteFaultsAsync(context, faults.Current = new()));

        control.MapPost("/revoke-tokens", context => WriteAsync(context, new JsonObject { ["revoked"] = tokens.RevokeAll() }));

        ActivatorUtilities.CreateInstance<TransactionControls>(services).Map(control);
        control.Map("/{**path}", context => JsonBody.WriteAsync(context, StatusCodes.Status404NotFound, new JsonObject
        {
            ["message"] = $"The control API does not support {context.Request.Method} {context.Request.Path}.",
        }));
    }

    private static async Task SetFaultsAsync(HttpContext context, FaultState faults, bool hasWebhook)
    {
        var (settings, error) = FaultsReader.Read(await JsonBody.ReadObjectAsync(context), hasWebhook);
        if (settings is null)
            await JsonBody.WriteAsync(context, StatusCodes.Status400BadRequest, new JsonObject { ["message"] = error });
        else
            await WriteFaultsAsync(context, faults.Current = settings);
    }

    private static Task WriteFaultsAsync(HttpContext context, FaultSettings settings) =>
        WriteAsync(context, JsonSerializer.SerializeToNode(settings, FaultsJson.Default.FaultSettings)!);

    private static Task WriteAsync(HttpContext context, JsonNode body) => JsonBody.WriteAsync(context, StatusCodes.Status200OK, body);
}
