using System.Collections.Concurrent;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Simulator.Options;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Sidecar.Tests.Simulator.Webhooks;

/// <summary>Runs a simulator that sends webhooks to a listener, and records what the listener receives.</summary>
public abstract class WebhookTest : SimulatorTest
{
    private WebApplication listener = null!;

    private protected override SimulatorOptions Options => new()
    {
        Url = "http://127.0.0.1:0",
        Webhook = new(new(listener.Urls.First() + "/hook?shop=1"), "hook", "pass:word"),
        Assumptions = Assumptions,
    };

    private protected virtual Assumption[] Assumptions => [];

    /// <summary>The requests that the listener received, with their bodies.</summary>
    private protected ConcurrentQueue<(string Target, IHeaderDictionary Headers, JsonElement Body)> Received { get; } = new();

    /// <summary>Chooses the status code of the listener's response to an event.</summary>
    private protected Func<JsonElement, int> Respond { get; set; } = _ => StatusCodes.Status204NoContent;

    /// <summary>The listener awaits this task before it responds.</summary>
    private protected Func<Task> BeforeResponse { get; set; } = () => Task.CompletedTask;

    public override async ValueTask InitializeAsync()
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore();
        listener = builder.Build();
        listener.Urls.Add("http://127.0.0.1:0");
        listener.Run(ReceiveAsync);
        await listener.StartAsync();
        await base.InitializeAsync();
    }

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        await listener.DisposeAsync();
        GC.SuppressFinalize(this);
    }

    private protected async Task<List<JsonElement>> GetDeliveriesAsync() =>
        [.. (await Http.GetFromJsonAsync<JsonElement>("/_simulator/deliveries")).GetProperty("deliveries").EnumerateArray()];

    /// <summary>Advances the time in steps until the condition is met.</summary>
    private protected async Task<List<JsonElement>> AdvanceUntilAsync(Func<List<JsonElement>, bool> condition, double stepSeconds = 0.5)
    {
        for (var i = 0; i < 20_000; i++)
        {
            var deliveries = await GetDeliveriesAsync();
            if (condition(deliveries))
                return deliveries;

            // Time must not pass during an attempt, or the attempt could time out.
            if (!deliveries.Exists(IsBeingSent))
                Time.Advance(TimeSpan.FromSeconds(stepSeconds));
            await Task.Delay(TimeSpan.FromMilliseconds(1), SystemDefaults.Time);
        }

        throw new TimeoutException("The condition was not met: " + string.Join("; ", await GetDeliveriesAsync()));
    }

    private protected async Task CancelOneAndSettleAnotherAsync()
    {
        var token = await GetTokenAsync();
        var cancelled = await CreatePaymentRequestAsync(token);
        await SendAsync(token, HttpMethod.Post, PathOf(cancelled) + "/cancellation", null, HttpStatusCode.OK);
        var paid = await CreatePaymentRequestAsync(token);
        await ControlAsync(paid, "pay", HttpStatusCode.OK);
        await ControlAsync(paid, "settle", HttpStatusCode.OK);
    }

    private protected static bool AreAllDelivered(List<JsonElement> deliveries) =>
        deliveries.TrueForAll(delivery => StatusOf(delivery) == "delivered");

    private protected static bool IsBeingSent(JsonElement delivery) => delivery.GetProperty("attempts").EnumerateArray()
        .Any(attempt => attempt.GetProperty("outcome").ValueKind is JsonValueKind.Null);

    private protected static string StatusOf(JsonElement delivery) => delivery.GetProperty("status").GetString()!;

    private async Task ReceiveAsync(HttpContext context)
    {
        using var reader = new StreamReader(context.Request.Body);
        var body = JsonDocument.Parse(await reader.ReadToEndAsync()).RootElement;
        var headers = new HeaderDictionary(context.Request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase));
        context.Response.StatusCode = Respond(body[0]);
        if (context.Response.StatusCode is StatusCodes.Status302Found)
            context.Response.Headers.Location = "/elsewhere";
        await BeforeResponse();
        Received.Enqueue((context.Request.Path + context.Request.QueryString, headers, body));
    }
}
