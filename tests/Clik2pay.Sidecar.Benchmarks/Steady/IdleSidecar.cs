using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Provider;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Clik2pay.Sidecar.Benchmarks.Steady;

/// <summary>
/// Creates a sidecar with the program's own code. The sidecar has a token and is never started; benchmarks and tests call its parts
/// directly.
/// </summary>
internal static class IdleSidecar
{
    public const string Provider = "https://api.provider.example";

    /// <param name="replace">Replaces services of the sidecar.</param>
    /// <param name="settings">Further settings.</param>
    public static WebApplication Create(Action<IServiceCollection>? replace = null, params (string Key, string? Value)[] settings)
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Clik2pay:Environment"] = "Custom",
            ["Clik2pay:ApiBaseUrl"] = Provider,
            ["Clik2pay:TokenEndpoint"] = $"{Provider}/oauth2/token",
            ["Clik2pay:Username"] = "some-username",
            ["Clik2pay:Password"] = "some-password",
            ["Clik2pay:ApiKey"] = "some-api-key-of-forty-characters-0123456",
            ["Logging:LogLevel:Default"] = "None",
            ["ReverseProxy:Routes:api:ClusterId"] = "clik2pay",
            ["ReverseProxy:Routes:api:Match:Path"] = "/open/v1/{**rest}",
            ["ReverseProxy:Clusters:clik2pay:HttpRequest:ActivityTimeout"] = "00:01:00",
        }).AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create(setting.Key, setting.Value))).Build();
        var all = Settings.TryRead(configuration, out var errors) ?? throw new InvalidOperationException(string.Join('\n', errors));
        var app = Sidecar.Program.CreateSidecar(configuration, all, replace);

        // A host runs the validation when it starts. Until then, no instrument is enabled.
        app.Services.GetRequiredService<IStartupValidator>().Validate();
        var credentials = new CredentialSet("some-username", "some-password", "some-api-key-of-forty-characters-0123456");
        var tokens = app.Services.GetRequiredService<Profiles>().All[0].Tokens;
        tokens.Slot.TryPublish(new(new('t', 1000), TimeSpan.FromDays(1), TimeSpan.MaxValue, credentials));
        return app;
    }
}
