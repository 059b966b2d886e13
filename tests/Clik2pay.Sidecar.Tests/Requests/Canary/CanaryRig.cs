using System.Collections.Concurrent;
using System.Net.Sockets;
using System.Text;
using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tests.Support.Telemetry;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Microsoft.Extensions.DependencyInjection;

namespace Clik2pay.Sidecar.Tests.Requests.Canary;

/// <summary>Runs sidecars with random secrets and records all their output.</summary>
internal sealed class CanaryRig : IAsyncDisposable
{
    private readonly OtlpReceiver collector;

    private CanaryRig(OtlpReceiver collector)
    {
        this.collector = collector;
        Requests = new(Secrets);
    }

    public RandomSecrets Secrets { get; } = new();

    public CanaryRequests Requests { get; }

    public RecordedTelemetry Telemetry { get; } = new();

    public ConcurrentQueue<string> Logs { get; } = new();

    public ConcurrentQueue<string> Responses { get; } = new();

    /// <summary>The responses of the administration listener.</summary>
    public ConcurrentQueue<string> Pages { get; } = new();

    /// <summary>The text forms of objects that contain secrets.</summary>
    public List<string> Texts { get; } = [];

    /// <summary>The bodies that were exported with OTLP.</summary>
    public IEnumerable<string> Exports => collector.Received.Select(export => export.Body);

    public static async Task<CanaryRig> StartAsync() => new(await OtlpReceiver.StartAsync());

    /// <summary>Starts a sidecar, uses it, and records its output.</summary>
    public async Task UseAsync(
        Func<TestSidecar, WireUpstream, Task> useAsync,
        (string, string?)[]? settings = null,
        Action<FakeTokenEndpoint>? arrange = null,
        TimeProvider? time = null)
    {
        await using var upstream = new WireUpstream();
        (string, string?)[] all =
            [("Clik2pay:ApiBaseUrl", upstream.Address), .. CanarySettings.Create(Secrets), .. collector.Settings(), .. settings ?? []];
        await using var sidecar = await TestSidecar.StartAsync(all, time, endpoint =>
        {
            endpoint.TokenOf = Secrets.Token;
            arrange?.Invoke(endpoint);
        });
        await useAsync(sidecar, upstream);

        var metrics = $"/metrics?a={Uri.EscapeDataString(Secrets.CallersQuery)}";
        string[] paths = ["/startupz", "/readyz", "/livez", "/", "/status", "/troubleshooting", metrics];
        foreach (var path in paths)
            Pages.Enqueue(await ReadAsync(sidecar.Admin.BaseAddress!, Requests.Create("GET", target: path, body: "")));
        Pages.Enqueue(await ReadAsync(sidecar.Admin.BaseAddress!, Requests.Create(
            "GET", target: "/metrics", more: "Accept: application/openmetrics-text\r\n", body: "")));
        var tokens = sidecar.Services.GetRequiredService<Profiles>().All[0].Tokens;
        var profile = sidecar.Services.GetRequiredService<Profiles>().All[0];
        Texts.AddRange([$"{tokens.Current}", $"{tokens.Status}", $"{profile}", $"{profile.Options}", $"{profile.Options.Credentials}"]);
        Telemetry.Observe();
        await sidecar.StopAsync();

        foreach (var (line, detail) in sidecar.Log.Lines.Zip(sidecar.Log.Details))
            Logs.Enqueue($"{line.Category} {line.Text}\n{detail}");
    }

    /// <summary>Sends a request and records its response.</summary>
    public async Task SendAsync(TestSidecar sidecar, string request) => Responses.Enqueue(await ReadAsync(sidecar.Address, request));

    public async ValueTask DisposeAsync()
    {
        Telemetry.Dispose();
        await collector.DisposeAsync();
    }

    private static async Task<string> ReadAsync(Uri address, string request)
    {
        await using var connection = await RawConnection.OpenAsync(address);
        var response = new StringBuilder();
        try
        {
            await connection.SendAsync(request);
            while (await connection.ReadSomeAsync() is { Length: > 0 } some)
                response.Append(some);
        }
        catch (SocketException)
        {
            // If a request is refused before all of it is read, its connection ends with a reset.
        }

        return response.ToString();
    }
}
