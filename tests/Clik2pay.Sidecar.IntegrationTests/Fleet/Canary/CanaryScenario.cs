using System.Text.Json;
using Clik2pay.Sidecar.Cli.Output;
using Clik2pay.Sidecar.IntegrationTests.Support;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Redis.Connections;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Sidecar.IntegrationTests.Fleet.Canary;

/// <summary>
/// Runs sidecar processes with random secrets in all settings and requests, and collects what they write and expose.
/// </summary>
internal sealed class CanaryScenario : IAsyncDisposable
{
    private readonly TemporaryFolder folder = new();
    private readonly RecordingUpstream upstream;
    private readonly FakeTokenEndpoint tokenEndpoint;
    private readonly RedisProcess redis;

    private CanaryScenario(RandomSecrets secrets, RecordingUpstream upstream, FakeTokenEndpoint tokenEndpoint, RedisProcess redis)
    {
        (Secrets, this.upstream, this.tokenEndpoint, this.redis) = (secrets, upstream, tokenEndpoint, redis);
        tokenEndpoint.TokenOf = secrets.Token;
    }

    public RandomSecrets Secrets { get; }

    public CanaryEvidence Evidence { get; } = new();

    public int RedisPort => redis.Port;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>Settings with every secret, and with the most detailed log level in every category.</summary>
    private IEnumerable<(string Key, string Value)> Settings =>
    [
        ("Logging:LogLevel:Default", "Trace"),
        ("Logging:LogLevel:Microsoft", "Trace"),
        ("Logging:LogLevel:System", "Trace"),
        ("Logging:LogLevel:Yarp", "Trace"),
        ("Logging:LogLevel:Yarp.ReverseProxy.Forwarder", "Trace"),
        ("Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics", "Trace"),
        ("Logging:LogLevel:Microsoft.AspNetCore.Server.Kestrel.BadRequests", "Trace"),
        ("Logging:Console:FormatterOptions:IncludeScopes", "true"),
        ("Clik2pay:Username", Secrets.Username),
        ("Clik2pay:Password", ""),
        ("Clik2pay:PasswordFile", folder.Write("password", Secrets.Password + "\n")),
        ("Clik2pay:ApiKey", ""),
        ("Clik2pay:ApiKeyFile", folder.Write("api-key", Secrets.ApiKey)),
        ("Sidecar:CallerToken", Secrets.CallerToken),
        ("Redis:ConnectionString", $"{redis.Endpoint},password={Secrets.RedisPassword}"),
    ];

    public static async Task<CanaryScenario> StartAsync()
    {
        var secrets = new RandomSecrets();
        return new(
            secrets,
            await RecordingUpstream.StartAsync(),
            await FakeTokenEndpoint.StartAsync(),
            await RedisProcess.StartAsync(
                new() { Endpoints = [], Login = new() { Password = secrets.RedisPassword } },
                [$"requirepass {secrets.RedisPassword}"]));
    }

    public async ValueTask DisposeAsync()
    {
        await redis.DisposeAsync();
        await tokenEndpoint.DisposeAsync();
        await upstream.DisposeAsync();
        folder.Dispose();
    }

    /// <summary>A sidecar forwards requests, replays one after a 401, reports upstream errors, and refuses invalid requests.</summary>
    public async Task ServeRequestsAsync()
    {
        await using var sidecar = Replica.Start(upstream, tokenEndpoint, redis.Endpoint, [.. Settings]);
        var (callers, admin) = await sidecar.WaitForAddressesAsync();

        foreach (var method in (string[])["POST", "GET", "HEAD", "DELETE"])
            await SendAsync(callers, Request(method));

        // 1. The upstream echoes the credentials.
        upstream.Respond = async context =>
        {
            context.Response.Headers["X-Echo"] = $"{context.Request.Headers["x-api-key"]} {context.Request.Headers.Authorization}";
            await context.Response.WriteAsync("done");
        };
        await SendAsync(callers, Request());

        // 2. The upstream rejects the first token, then also the second one, and then aborts the connection.
        upstream.Respond = context =>
        {
            var token = context.Request.Headers.Authorization.ToString();
            context.Response.StatusCode = token.EndsWith(Secrets.Token(1), StringComparison.Ordinal) ? 401 : 200;
            return Task.CompletedTask;
        };
        await SendAsync(callers, Request());
        Assert.Equal($"Bearer {Secrets.Token(2)}", upstream.Received.Last().Headers.Authorization);
        upstream.Respond = FakeTokenEndpoint.Respond(401, "no");
        await SendAsync(callers, Request());
        upstream.Respond = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        await SendAsync(callers, Request());

        // 3. The sidecar refuses requests.
        string[] refused =
        [
            Request("TRACE"),
            Request(extraHeaders: "Origin: https://attacker.example\r\n"),
            Request(extraHeaders: $"Authorization {Secrets.CallersAuthorization}\r\n"),
            Request(extraHeaders: $"X-A: \0{Secrets.CallersCookie}\r\n"),
            Request().Replace(Secrets.CallerToken, Secrets.Password, StringComparison.Ordinal),
            $"{Secrets.CallersAuthorization}\r\n\r\n",
        ];
        foreach (var request in refused)
            await SendAsync(callers, request);
        await CollectAsync(sidecar, admin);
        await StopAsync(sidecar);
    }

    /// <summary>
    /// The token endpoint refuses the credentials and quotes them. The log is in JSON, which contains all values. The scope differs,
    /// so Redis contains no token for this sidecar, and the sidecar writes a failure note.
    /// </summary>
    public async Task ServeWithRefusedCredentialsAsync()
    {
        var error = new { error = "invalid_client", error_description = $"{Secrets.Username}:{Secrets.Password}" };
        tokenEndpoint.Fault = FakeTokenEndpoint.Respond(400, JsonSerializer.Serialize(error));
        (string, string)[] settings =
            [.. Settings, ("Clik2pay:Scope", "other"), ("Sidecar:LogFormat", "Json"), ("Sidecar:AccessLog", "true")];
        await using var sidecar = Replica.Start(upstream, tokenEndpoint, redis.Endpoint, settings);
        var (callers, admin) = await sidecar.WaitForAddressesAsync();
        await sidecar.WaitForLineAsync("Credentials refused");
        await SendAsync(callers, Request());
        await redis.WaitForAsync(reply => reply.Items!.Any(key => key.Text!.EndsWith(":failure", StringComparison.Ordinal)), "KEYS", "*");
        await CollectAsync(sidecar, admin);
        await StopAsync(sidecar);
    }

    /// <summary>
    /// The verb <c>check</c> with refused credentials, without errors, with a wrong Redis password, and without a token endpoint.
    /// </summary>
    public async Task RunCheckAsync()
    {
        var wrongPassword = Secrets.Password.Replace(",", "", StringComparison.Ordinal);
        await RunAsync(ExitCode.CredentialsRefused, ["check"]);
        tokenEndpoint.Fault = null;
        await RunAsync(ExitCode.Success, ["check"]);
        await RunAsync(ExitCode.RedisUnusable, ["check"], ("Redis:ConnectionString", $"{redis.Endpoint},password={wrongPassword}"));
        await RunAsync(ExitCode.TokenEndpointUnreachable, ["check"], ("Clik2pay:TokenEndpoint", "http://127.0.0.1:1/oauth2/token"));
    }

    /// <summary>Secrets on the command line, in invalid settings, and in an invalid settings file.</summary>
    public async Task StartWithErrorsAsync()
    {
        foreach (var verb in (string[])["run", "check", "demo", "simulate"])
        {
            await RunAsync(ExitCode.BadCommandLine, [verb, $"--Clik2pay:Password={Secrets.Password}"]);
            await RunAsync(ExitCode.BadCommandLine, [verb, "--Clik2pay:Password", Secrets.Password]);
        }

        await RunAsync(ExitCode.BadCommandLine, [$"--clik2pay:apikey={Secrets.ApiKey}"]);
        await RunAsync(ExitCode.BadCommandLine, [$"--Clik2pay:ApiKey:{Secrets.ApiKey}"]);
        await RunAsync(ExitCode.BadCommandLine, [$"--Clik2pay__Password={Secrets.Password}"]);
        await RunAsync(ExitCode.BadCommandLine, ["--Clik2pay__Password", Secrets.Password]);
        await RunAsync(ExitCode.BadCommandLine, ["--Sidecar:CallerToken", $"@{Secrets.CallerToken}"]);
        await RunAsync(ExitCode.BadCommandLine, [$"Clik2pay__Username={Secrets.Username}", "check"]);
        await RunAsync(ExitCode.BadCommandLine, ["check", $"--Redis:ConnectionString={redis.Endpoint},password={Secrets.RedisPassword}"]);

        await RunAsync(ExitCode.BadConfiguration, ["run"], ("Clik2pay:PasswordFile", Secrets.Password));
        await RunAsync(
            ExitCode.BadConfiguration,
            ["check"],
            ("Clik2pay:Environment", "Test"),
            ("Clik2pay:Username", $"{Secrets.Username}:{Secrets.Password}"),
            ("Sidecar:CallerToken", Secrets.CallerToken + "\n"),
            ("Redis:ConnectionString", $"{redis.Endpoint},{Secrets.RedisPassword}"));

        // The opening quotation mark of the username is missing. The parser reads the leading t as the start of "true".
        folder.Write(
            "appsettings.json",
            $$$"""{"Clik2pay":{"Username":t{{{Secrets.Username}}}", "Password": "{{{Secrets.Password}}}"}}""");
        await RunAsync(ExitCode.BadConfiguration, ["run"]);
        await RunAsync(ExitCode.BadConfiguration, ["check"]);
    }

    private string Request(string method = "POST", string extraHeaders = "")
    {
        var body = method == "POST" ? Secrets.CallersBody : "";
        return $"{method} /open/v1/payment-requests?payer={Uri.EscapeDataString(Secrets.CallersQuery)} HTTP/1.1\r\n"
            + $"Host: localhost\r\nConnection: close\r\n"
            + $"Authorization: Bearer {Secrets.CallersAuthorization}\r\nx-api-key: {Secrets.CallersApiKey}\r\n"
            + $"Cookie: session={Secrets.CallersCookie}\r\nbaggage: user={Uri.EscapeDataString(Secrets.CallersBaggage)}\r\n"
            + $"Clik2pay-Sidecar-Token: {Secrets.CallerToken}\r\n{extraHeaders}Content-Length: {body.Length}\r\n\r\n{body}";
    }

    private async Task SendAsync(Uri address, string request) =>
        Evidence.Responses.Add(await RawConnection.ExchangeAsync(address, request));

    /// <summary>Collects what other programs can read: administration pages, the command line and the keys in Redis.</summary>
    private async Task CollectAsync(SidecarProcess sidecar, Uri admin)
    {
        foreach (var page in (string[])["startupz", "readyz", "livez", "metrics", "status", ""])
            await SendAsync(admin, $"GET /{page} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        Evidence.CommandLines.Add(await File.ReadAllTextAsync($"/proc/{sidecar.Id}/cmdline", Cancellation));
        foreach (var key in (await redis.RunAsync("KEYS", "*")).Items!)
        {
            Evidence.Stored.Add(key.Bytes!);
            foreach (var command in (string[])["GET", "DUMP"])
                Evidence.Stored.Add((await redis.RunAsync(command, key.Bytes!)).Bytes ?? []);
        }
    }

    private async Task StopAsync(SidecarProcess sidecar)
    {
        sidecar.Signal(SidecarProcess.Terminate);
        Assert.Equal(ExitCode.Success, await sidecar.WaitForExitAsync());
        Evidence.Outputs.Add(sidecar.Text());
    }

    private async Task RunAsync(int expected, string[] arguments, params (string Key, string Value)[] settings)
    {
        // The program has its own routes, in proxy.json.
        var environment = TestSidecar.Defaults(upstream.Address, tokenEndpoint.Address)
            .Where(pair => !pair.Key.StartsWith("ReverseProxy:", StringComparison.Ordinal))
            .ToDictionary(pair => pair.Key, pair => pair.Value!, StringComparer.Ordinal);
        foreach (var (key, value) in Settings.Concat(settings))
            environment[key] = value;
        var variables = environment.ToDictionary(
            pair => pair.Key.Replace(":", "__", StringComparison.Ordinal), pair => pair.Value, StringComparer.Ordinal);
        var (exitCode, output) = await SidecarProcess.RunAsync(variables, arguments, folder.FullName);
        Evidence.Outputs.Add(output);
        Assert.Equal(expected, exitCode);
    }
}
