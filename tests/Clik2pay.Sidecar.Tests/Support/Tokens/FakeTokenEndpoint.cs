using System.Collections.Concurrent;
using System.Globalization;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Sidecar.Tests.Support.Tokens;

/// <summary>
/// A token endpoint that numbers its tokens: access_token_1, access_token_2 and so on by default. The number shows whether a refresh
/// took place.
/// </summary>
internal sealed class FakeTokenEndpoint : IAsyncDisposable
{
    private readonly WebApplication app;
    private int calls;

    private FakeTokenEndpoint(WebApplication app)
    {
        this.app = app;
        app.Run(RespondAsync);
    }

    public Uri Address => new(app.Urls.Single() + "/oauth2/token");

    public int Calls => Volatile.Read(ref calls);

    /// <summary>The headers and the body of each call.</summary>
    public ConcurrentQueue<(IHeaderDictionary Headers, string Body)> Received { get; } = new();

    /// <summary>In seconds.</summary>
    public int Lifetime { get; set; } = 3600;

    /// <summary>The token of the call with that number.</summary>
    public Func<int, string> TokenOf { get; set; } = number => $"access_token_{number}";

    /// <summary>If set, sends the response instead of the token.</summary>
    public RequestDelegate? Fault { get; set; }

    /// <summary>Each call waits for this before the response.</summary>
    public Task Gate { get; set; } = Task.CompletedTask;

    /// <summary>Runs with each call, before the call waits.</summary>
    public Action? Called { get; set; }

    public static async Task<FakeTokenEndpoint> StartAsync(string address = "127.0.0.1")
    {
        var builder = WebApplication.CreateEmptyBuilder(new());
        builder.WebHost.UseKestrelCore().UseUrls($"http://{address}:0");
        var endpoint = new FakeTokenEndpoint(builder.Build());
        await endpoint.app.StartAsync();
        return endpoint;
    }

    public static RequestDelegate Respond(int status, string body, params (string Name, string Value)[] headers) => async context =>
    {
        context.Response.StatusCode = status;
        foreach (var (name, value) in headers)
            context.Response.Headers[name] = value;
        await context.Response.WriteAsync(body);
    };

    public async ValueTask DisposeAsync() => await app.DisposeAsync();

    private async Task RespondAsync(HttpContext context)
    {
        var number = Interlocked.Increment(ref calls);
        using var reader = new StreamReader(context.Request.Body);
        var headers = new HeaderDictionary(context.Request.Headers.ToDictionary(StringComparer.OrdinalIgnoreCase));
        Received.Enqueue((headers, await reader.ReadToEndAsync()));
        var gate = Gate;
        Called?.Invoke();
        await gate.WaitAsync(context.RequestAborted);

        if (Fault is { } fault)
        {
            await fault(context);
            return;
        }

        context.Response.ContentType = "application/json";
        await context.Response.WriteAsync(string.Create(
            CultureInfo.InvariantCulture,
            $$"""{"access_token":"{{TokenOf(number)}}","expires_in":{{Lifetime}},"token_type":"Bearer"}"""));
    }
}
