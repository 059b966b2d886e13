using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Runs;

/// <summary>
/// A sidecar in the test process with default log levels. Unlike other test sidecars, it keeps no log lines and no requests.
/// </summary>
internal sealed class FuzzSidecar : IAsyncDisposable
{
    public const string Token = "access_token_1";

    private readonly WebApplication app;
    private readonly FakeTokenEndpoint tokenEndpoint;

    private FuzzSidecar(WebApplication app, FakeTokenEndpoint tokenEndpoint)
    {
        (this.app, this.tokenEndpoint) = (app, tokenEndpoint);
        Address = new(app.Urls.First());
    }

    public Uri Address { get; }

    public static async Task<FuzzSidecar> StartAsync(string upstream, Findings findings)
    {
        var endpoint = await FakeTokenEndpoint.StartAsync();
        endpoint.TokenOf = _ => Token;
        var values = TestSidecar.Defaults(upstream, endpoint.Address);
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        var settings = Settings.TryRead(configuration, out var errors);
        Assert.Empty(errors);

        var started = Program.CreateSidecar(
            configuration,
            settings!,
            services => services.AddLogging(logging => logging.ClearProviders().AddProvider(new FuzzLog(findings))));
        await started.StartAsync();
        var tokens = started.Services.GetRequiredService<Profiles>().All[0].Tokens;
        await tokens.WaitUntilAsync(() => tokens.Current is not null);

        return new(started, endpoint);
    }

    public async ValueTask DisposeAsync()
    {
        await app.DisposeAsync();
        await tokenEndpoint.DisposeAsync();
    }
}
