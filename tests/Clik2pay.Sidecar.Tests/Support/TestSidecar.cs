using System.Diagnostics.Metrics;
using System.Net.Sockets;
using Clik2pay.Sidecar.Administration;
using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Hosting.Listeners;
using Clik2pay.Sidecar.Requests.Routes;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tests.Support.Telemetry;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Clik2pay.Sidecar.Tests.Support;

/// <summary>
/// A complete sidecar on free ports, between a recording upstream and a token endpoint that numbers its tokens. The program's own code
/// creates it from settings.
/// </summary>
internal sealed class TestSidecar : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly Task startupRefresh;
    private readonly bool ownsServers;

    private TestSidecar(
        WebApplication app,
        Task startupRefresh,
        RecordingUpstream upstream,
        FakeTokenEndpoint tokenEndpoint,
        RecordedLog log,
        bool ownsServers)
    {
        (this.app, this.startupRefresh, this.ownsServers) = (app, startupRefresh, ownsServers);
        (Upstream, TokenEndpoint, Log) = (upstream, tokenEndpoint, log);
        Address = AddressOf(CallerListener.DefaultName);
        Caller = NewCaller(CallerListener.DefaultName);
        Metrics = new(app.Services.GetRequiredService<IMeterFactory>());
        Admin = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = ReachableAt(app.Urls.Last()) };
    }

    public RecordingUpstream Upstream { get; }

    public FakeTokenEndpoint TokenEndpoint { get; }

    public RecordedLog Log { get; }

    public RecordedMetrics Metrics { get; }

    /// <summary>The address of the default listener for callers.</summary>
    public Uri Address { get; }

    /// <summary>A client for callers' requests to the default listener.</summary>
    public HttpClient Caller { get; }

    /// <summary>A client for the administration listener.</summary>
    public HttpClient Admin { get; }

    public IServiceProvider Services => app.Services;

    public static async Task<TestSidecar> StartAsync(
        IEnumerable<(string Key, string? Value)>? settings = null,
        TimeProvider? time = null,
        Action<FakeTokenEndpoint>? arrange = null)
    {
        var upstream = await RecordingUpstream.StartAsync();
        var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        arrange?.Invoke(tokenEndpoint);
        return await StartAsync(upstream, tokenEndpoint, settings, time, ownsServers: true);
    }

    /// <summary>Starts a sidecar in front of an upstream that records bytes.</summary>
    public static Task<TestSidecar> StartAsync(WireUpstream upstream, params IEnumerable<(string Key, string? Value)> settings) =>
        StartAsync([("Clik2pay:ApiBaseUrl", upstream.Address), .. settings]);

    /// <summary>Starts a sidecar with the routes of a file.</summary>
    public static async Task<TestSidecar> StartAsync(RoutesFile routes)
    {
        var upstream = await RecordingUpstream.StartAsync();
        var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        var values = Defaults(upstream.Address, tokenEndpoint.Address)
            .Where(value => !value.Key.StartsWith("ReverseProxy:", StringComparison.Ordinal));
        var configuration = new ConfigurationBuilder().Add(routes).AddInMemoryCollection(values).Build();
        var sidecar = await StartAsync(upstream, tokenEndpoint, configuration, time: null, ownsServers: true);
        routes.OnRefused = sidecar.app.Logger.EditRefused;
        return sidecar;
    }

    public static Task<TestSidecar> StartAsync(
        RecordingUpstream upstream,
        FakeTokenEndpoint tokenEndpoint,
        IEnumerable<(string Key, string? Value)>? settings = null,
        TimeProvider? time = null,
        bool ownsServers = false)
    {
        var values = Defaults(upstream.Address, tokenEndpoint.Address);
        foreach (var (key, value) in settings ?? [])
            values[key] = value;

        return StartAsync(upstream, tokenEndpoint, new ConfigurationBuilder().AddInMemoryCollection(values).Build(), time, ownsServers);
    }

    public static Dictionary<string, string?> Defaults(string upstream, Uri tokenEndpoint) => new(StringComparer.OrdinalIgnoreCase)
    {
        ["Clik2pay:Environment"] = "Custom",
        ["Clik2pay:ApiBaseUrl"] = upstream,
        ["Clik2pay:TokenEndpoint"] = tokenEndpoint.AbsoluteUri,
        ["Clik2pay:Username"] = Secrets.Username,
        ["Clik2pay:Password"] = Secrets.Password,
        ["Clik2pay:ApiKey"] = Secrets.ApiKey,
        ["Sidecar:Listen"] = "http://127.0.0.1:0",
        ["Sidecar:Admin"] = "http://127.0.0.1:0",
        ["Sidecar:DrainSeconds"] = "0",
        ["ReverseProxy:Routes:api:ClusterId"] = "clik2pay",
        ["ReverseProxy:Routes:api:Match:Path"] = "/open/v1/{**rest}",
        ["ReverseProxy:Clusters:clik2pay:HttpRequest:ActivityTimeout"] = "00:01:00",
    };

    /// <summary>Completes when the refresh in progress ends. Between refreshes, completes after the next one.</summary>
    public Task NextRefresh => Services.GetRequiredService<Profiles>().All[0].Tokens.NextRefresh;

    /// <summary>
    /// Waits until this token is the current one and the refresh at startup has ended. The pause after a refresh begins when the refresh
    /// ends. A test that advances the clock before that moment can wait forever.
    /// </summary>
    public Task WaitForTokenAsync(string value)
    {
        // Nothing signals when the token comes into use.
        var slot = Services.GetRequiredService<Profiles>().All[0].Tokens.Slot;
        return WaitAsync(
            () => slot.Current?.Value == value && startupRefresh.IsCompleted, $"{value} is not the current token after 2 minutes");
    }

    /// <summary>
    /// Waits until this number of callers' requests is in progress. A caller can have its response before the response is counted.
    /// </summary>
    public Task WaitForRequestsInProgressAsync(int count)
    {
        var drain = Services.GetRequiredService<Drain>();
        return WaitAsync(() => drain.RequestsInProgress == count, $"the number of requests in progress is not {count} after 2 minutes");
    }

    /// <summary>Waits for a result of the readiness probe. Nothing signals that an attempt with new credentials has failed.</summary>
    public Task WaitForReadinessAsync(bool isReady)
    {
        var probes = Services.GetRequiredService<Probes>();
        return WaitAsync(() => probes.Readiness().IsHealthy == isReady, $"the readiness is not {isReady} after 2 minutes");
    }

    public Task StopAsync() => app.StopAsync();

    /// <summary>The address for requests to a listener for callers. Requests to a Unix socket name localhost.</summary>
    public Uri AddressOf(string listener) =>
        UrlOf(listener) is var url && SocketOf(url) is null ? ReachableAt(url) : new("http://localhost");

    /// <summary>Creates a client for callers' requests to a listener.</summary>
    public HttpClient NewCaller(string listener)
    {
        var handler = new SocketsHttpHandler
        {
            AllowAutoRedirect = false,
            UseCookies = false,
            UseProxy = false,
            MaxConnectionsPerServer = 64,
        };
        if (SocketOf(UrlOf(listener)) is { } path)
        {
            handler.ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(path), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            };
        }

        return new(handler) { BaseAddress = AddressOf(listener) };
    }

    /// <summary>The program's addresses are in the order of its listeners.</summary>
    private string UrlOf(string listener) => Services.GetRequiredService<ListenerOptions>().CallerListeners
        .Zip(app.Urls)
        .Single(pair => pair.First.Name == listener).Second;

    private static string? SocketOf(string url) => url.Split("http://unix:") is ["", var path] ? path : null;

    /// <summary>A listener on all addresses is reachable on loopback.</summary>
    private static Uri ReachableAt(string url) => new(url.Replace("[::]", "127.0.0.1", StringComparison.Ordinal));

    private static async Task WaitAsync(Func<bool> condition, string failure)
    {
        var clock = SystemDefaults.Time;
        var startedAt = clock.GetTimestamp();
        while (!condition())
        {
            Assert.True(clock.GetElapsedTime(startedAt) < TimeSpan.FromMinutes(2), failure);
            await Task.Delay(TimeSpan.FromMilliseconds(20), clock, TestContext.Current.CancellationToken);
        }
    }

    private static async Task<TestSidecar> StartAsync(
        RecordingUpstream upstream, FakeTokenEndpoint tokenEndpoint, IConfigurationRoot configuration, TimeProvider? time, bool ownsServers)
    {
        var settings = Settings.TryRead(configuration, out var errors);
        Assert.Empty(errors);

        var log = new RecordedLog();
        var started = Program.CreateSidecar(configuration, settings!, services =>
        {
            services.AddLogging(logging => logging.ClearProviders().AddProvider(log).SetMinimumLevel(LogLevel.Trace));
            if (time is not null)
                services.AddSingleton(time);
        });
        var firstRefresh = started.Services.GetRequiredService<Profiles>().All[0].Tokens.NextRefresh;
        await started.StartAsync();
        return new(started, firstRefresh, upstream, tokenEndpoint, log, ownsServers);
    }

    public async ValueTask DisposeAsync()
    {
        Caller.Dispose();
        Admin.Dispose();
        Metrics.Dispose();
        await EndLoopsAsync();
        await app.DisposeAsync();
        if (ownsServers)
        {
            await Upstream.DisposeAsync();
            await TokenEndpoint.DisposeAsync();
        }

        // No test provokes an internal error, so a stack trace shows a bug of the sidecar.
        if (Log.StackTraces is { Count: > 0 } stackTraces)
            Assert.Fail($"The log has stack traces:\n{string.Join('\n', stackTraces)}");
    }

    /// <summary>Ends the loops before the host disposes of their HTTP clients. A loop that uses a disposed client logs an error.</summary>
    private async Task EndLoopsAsync()
    {
        foreach (var loop in app.Services.GetServices<IHostedService>().OfType<HostedLoop>())
        {
            loop.Dispose();
            if (loop.ExecuteTask is { } running)
                await running.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }
}
