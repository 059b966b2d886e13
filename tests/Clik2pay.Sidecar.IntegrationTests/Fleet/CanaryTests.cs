using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;
using Clik2pay.Sidecar.Cli;
using Clik2pay.Sidecar.IntegrationTests.Support;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Redis.Client;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Sidecar.IntegrationTests.Fleet;

/// <summary>The same as the canary test of the other project, of the program as a process: what it writes, what others see of it, and what it puts into Redis.</summary>
[Collection(OneByOne.Name)]
public sealed partial class CanaryTests : IAsyncLifetime
{
    private readonly RandomSecrets secrets = new();
    private readonly TemporaryFolder folder = new();
    private readonly List<string> outputs = [];
    private readonly List<string> answers = [];
    private readonly List<string> commandLines = [];
    private readonly List<byte[]> stored = [];
    private RecordingUpstream upstream = null!;
    private FakeTokenEndpoint tokenEndpoint = null!;
    private RedisProcess redis = null!;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        upstream = await RecordingUpstream.StartAsync();
        tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        tokenEndpoint.TokenOf = secrets.Token;
        redis = await RedisProcess.StartAsync(
            new() { Endpoints = [], Login = new() { Password = secrets.RedisPassword } }, [$"requirepass {secrets.RedisPassword}"]);
    }

    public async ValueTask DisposeAsync()
    {
        await redis.DisposeAsync();
        await tokenEndpoint.DisposeAsync();
        await upstream.DisposeAsync();
        folder.Dispose();
    }

    [Fact]
    public async Task No_secret_is_in_what_the_process_writes_nor_in_Redis_nor_in_its_command_line()
    {
        using var monitor = new TcpClient();
        await monitor.ConnectAsync("127.0.0.1", redis.Port, Cancellation);
        using var seen = new MemoryStream();
        var watching = WatchAsync(monitor, seen);

        await ServeAsync();
        await BeRefusedByTheTokenEndpointAsync();
        await CheckAsync();
        await BeStartedWronglyAsync();

        monitor.Close();
        await watching;
        var monitored = Encoding.Latin1.GetString(seen.ToArray());

        // None of these may pass by being empty.
        string[] expected =
        [
            "Access token refreshed", "rejected the access token with 401", "Credentials refused", "shared through Redis",
            "Kestrel.Connections", "ok    credentials", "AccessDenied", "a secret on the command line", "is not an environment",
            "the error is in line", "\"EventId\":1400",
        ];
        Assert.All(expected, text => Assert.Contains(outputs, output => output.Contains(text, StringComparison.Ordinal)));
        Assert.All(["HTTP/1.1 200 OK", "caller_refused", "bad_request", "token_unavailable", "The sidecar is alive.", "clik2pay_sidecar_store_up{} 1", "\"tokenEndpoint\"", "Last refreshes"], text => Assert.Contains(answers, answer => answer.Contains(text, StringComparison.Ordinal)));
        Assert.All(commandLines, line => Assert.Contains("clik2pay-sidecar\0run", line, StringComparison.Ordinal));
        Assert.All([":token", ":failure"], name => Assert.Contains(stored, value => Encoding.Latin1.GetString(value).EndsWith(name, StringComparison.Ordinal)));
        Assert.All(["\"EVAL\"", ":lease\""], text => Assert.Contains(text, monitored, StringComparison.Ordinal));

        var search = new SecretSearch(secrets.All);
        var hits = new[] { ("output", outputs), ("answer", answers), ("command line", commandLines), ("Redis", stored.Select(value => Encoding.Latin1.GetString(value))), ("MONITOR", (IEnumerable<string>)[monitored, Unescape(monitored)]) }
            .SelectMany(sink => sink.Item2.SelectMany(search.Find).Select(hit => $"{sink.Item1}: {hit}")).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal).ToList();

        Figures.Report($"canary as a process: {search.Secrets} secrets in {search.Forms} forms, searched {outputs.Sum(output => output.Count(c => c == '\n') + 1)} lines of {outputs.Count} processes, {answers.Count} answers, {commandLines.Count} command lines, {stored.Count} names and values in Redis, {monitored.Count(c => c == '\n')} Redis commands: {hits.Count} hits");
        Assert.Equal([], hits);
    }

    private async Task ServeAsync()
    {
        await using var sidecar = Replica.Start(upstream, tokenEndpoint, redis.Endpoint, [.. Settings]);
        var (callers, admin) = await sidecar.WaitForAddressesAsync();

        foreach (var method in (string[])["POST", "GET", "HEAD", "DELETE"])
            await AskAsync(callers, Request(method));

        // What upstream echoes does not get through; a 401 brings the second token, and when that is refused too, the 401 is the caller's.
        upstream.Respond = async context =>
        {
            context.Response.Headers["X-Echo"] = $"{context.Request.Headers["x-api-key"]} {context.Request.Headers.Authorization}";
            await context.Response.WriteAsync("done");
        };
        await AskAsync(callers, Request());
        upstream.Respond = context =>
        {
            context.Response.StatusCode = context.Request.Headers.Authorization.ToString().EndsWith(secrets.Token(1), StringComparison.Ordinal) ? 401 : 200;
            return Task.CompletedTask;
        };
        await AskAsync(callers, Request());
        Assert.Equal($"Bearer {secrets.Token(2)}", upstream.Received.Last().Headers.Authorization);
        upstream.Respond = FakeTokenEndpoint.Answer(401, "no");
        await AskAsync(callers, Request());
        upstream.Respond = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        await AskAsync(callers, Request());

        foreach (var refused in (string[])[Request("TRACE"), Request(more: "Origin: https://attacker.example\r\n"), Request(more: $"Authorization {secrets.CallersAuthorization}\r\n"), Request(more: $"X-A: \0{secrets.CallersCookie}\r\n"), Request().Replace(secrets.CallerToken, secrets.Password, StringComparison.Ordinal), $"{secrets.CallersAuthorization}\r\n\r\n"])
            await AskAsync(callers, refused);
        await LookAroundAsync(sidecar, admin);
        await EndAsync(sidecar);
    }

    /// <summary>With a log that keeps all values, and other credentials than the first: their failure is noted in Redis.</summary>
    private async Task BeRefusedByTheTokenEndpointAsync()
    {
        tokenEndpoint.Fault = FakeTokenEndpoint.Answer(400, JsonSerializer.Serialize(new { error = "invalid_client", error_description = $"{secrets.Username}:{secrets.Password}" }));
        await using var sidecar = Replica.Start(upstream, tokenEndpoint, redis.Endpoint, [.. Settings, ("Clik2pay:Scope", "other"), ("Sidecar:LogFormat", "Json"), ("Sidecar:AccessLog", "true")]);
        var (callers, admin) = await sidecar.WaitForAddressesAsync();
        await sidecar.WaitForLineAsync("Credentials refused");
        await AskAsync(callers, Request());
        await redis.WaitForAsync(reply => reply.Items!.Any(key => key.Text!.EndsWith(":failure", StringComparison.Ordinal)), "KEYS", "*");
        await LookAroundAsync(sidecar, admin);
        await EndAsync(sidecar);
    }

    private async Task CheckAsync()
    {
        await RunAsync(ExitCode.CredentialsRefused, ["check"]);
        tokenEndpoint.Fault = null;
        await RunAsync(ExitCode.Success, ["check"]);
        await RunAsync(ExitCode.RedisUnusable, ["check"], ("Redis:ConnectionString", $"{redis.Endpoint},password={secrets.Password.Replace(",", "", StringComparison.Ordinal)}"));
        await RunAsync(ExitCode.TokenEndpointUnreachable, ["check"], ("Clik2pay:TokenEndpoint", "http://127.0.0.1:1/oauth2/token"));
    }

    private async Task BeStartedWronglyAsync()
    {
        foreach (var verb in (string[])["run", "check", "demo", "simulate"])
        {
            await RunAsync(ExitCode.BadCommandLine, [verb, $"--Clik2pay:Password={secrets.Password}"]);
            await RunAsync(ExitCode.BadCommandLine, [verb, "--Clik2pay:Password", secrets.Password]);
        }

        await RunAsync(ExitCode.BadCommandLine, [$"--clik2pay:apikey={secrets.ApiKey}"]);
        await RunAsync(ExitCode.BadCommandLine, [$"--Clik2pay:ApiKey:{secrets.ApiKey}"]);
        await RunAsync(ExitCode.BadCommandLine, [$"--Clik2pay__Password={secrets.Password}"]);
        await RunAsync(ExitCode.BadCommandLine, ["--Clik2pay__Password", secrets.Password]);
        await RunAsync(ExitCode.BadCommandLine, ["--Sidecar:CallerToken", $"@{secrets.CallerToken}"]);
        await RunAsync(ExitCode.BadCommandLine, [$"Clik2pay__Username={secrets.Username}", "check"]);
        await RunAsync(ExitCode.BadCommandLine, ["check", $"--Redis:ConnectionString={redis.Endpoint},password={secrets.RedisPassword}"]);

        await RunAsync(ExitCode.BadConfiguration, ["run"], ("Clik2pay:PasswordFile", secrets.Password));
        await RunAsync(ExitCode.BadConfiguration, ["check"], ("Clik2pay:Environment", "Test"), ("Clik2pay:Username", $"{secrets.Username}:{secrets.Password}"), ("Sidecar:CallerToken", secrets.CallerToken + "\n"), ("Redis:ConnectionString", $"{redis.Endpoint},{secrets.RedisPassword}"));

        // A quotation mark was forgotten. The parser takes what begins with a t for the beginning of "true".
        folder.Write("appsettings.json", $$$"""{"Clik2pay":{"Username":t{{{secrets.Username}}}", "Password": "{{{secrets.Password}}}"}}""");
        await RunAsync(ExitCode.BadConfiguration, ["run"]);
        await RunAsync(ExitCode.BadConfiguration, ["check"]);
    }

    /// <summary>All that comes by a file or by the environment, and everything logged.</summary>
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
        ("Clik2pay:Username", secrets.Username),
        ("Clik2pay:Password", ""),
        ("Clik2pay:PasswordFile", folder.Write("password", secrets.Password + "\n")),
        ("Clik2pay:ApiKey", ""),
        ("Clik2pay:ApiKeyFile", folder.Write("api-key", secrets.ApiKey)),
        ("Sidecar:CallerToken", secrets.CallerToken),
        ("Redis:ConnectionString", $"{redis.Endpoint},password={secrets.RedisPassword}"),
    ];

    private string Request(string method = "POST", string more = "")
    {
        var body = method == "POST" ? secrets.CallersBody : "";
        return $"{method} /open/v1/payment-requests?payer={Uri.EscapeDataString(secrets.CallersQuery)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: Bearer {secrets.CallersAuthorization}\r\nx-api-key: {secrets.CallersApiKey}\r\n"
            + $"Cookie: session={secrets.CallersCookie}\r\nbaggage: user={Uri.EscapeDataString(secrets.CallersBaggage)}\r\nClik2pay-Sidecar-Token: {secrets.CallerToken}\r\n{more}Content-Length: {body.Length}\r\n\r\n{body}";
    }

    private async Task AskAsync(Uri address, string request) => answers.Add(await RawConnection.AskAsync(address, request));

    /// <summary>What others on the machine, on the network and in Redis can see of a running sidecar.</summary>
    private async Task LookAroundAsync(SidecarProcess sidecar, Uri admin)
    {
        foreach (var page in (string[])["startupz", "readyz", "livez", "metrics", "status", ""])
            await AskAsync(admin, $"GET /{page} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        commandLines.Add(await File.ReadAllTextAsync($"/proc/{sidecar.Id}/cmdline", Cancellation));
        foreach (var key in (await redis.RunAsync("KEYS", "*")).Items!)
        {
            stored.Add(key.Bytes!);
            foreach (var command in (string[])["GET", "DUMP"])
                stored.Add((await redis.RunAsync(command, key.Bytes!)).Bytes ?? []);
        }
    }

    private async Task EndAsync(SidecarProcess sidecar)
    {
        sidecar.Signal(SidecarProcess.Terminate);
        Assert.Equal(ExitCode.Success, await sidecar.WaitForExitAsync());
        outputs.Add(sidecar.Text());
    }

    private async Task RunAsync(int expected, string[] arguments, params (string Key, string Value)[] settings)
    {
        var environment = TestSidecar.Defaults(upstream.Address, tokenEndpoint.Address).Where(pair => !pair.Key.StartsWith("ReverseProxy:", StringComparison.Ordinal)).ToDictionary(pair => pair.Key, pair => pair.Value!, StringComparer.Ordinal);
        foreach (var (key, value) in Settings.Concat(settings))
            environment[key] = value;
        var (exitCode, output) = await SidecarProcess.RunAsync(environment.ToDictionary(pair => pair.Key.Replace(":", "__", StringComparison.Ordinal), pair => pair.Value, StringComparer.Ordinal), arguments, folder.FullName);
        outputs.Add(output);
        Assert.Equal(expected, exitCode);
    }

    /// <summary>Has Redis tell every command that it carries out.</summary>
    private async Task WatchAsync(TcpClient monitor, MemoryStream seen)
    {
        try
        {
            var stream = monitor.GetStream();
            await stream.WriteAsync(Encoding.UTF8.GetBytes($"AUTH {secrets.RedisPassword}\r\nMONITOR\r\n"), Cancellation);
            await stream.CopyToAsync(seen, Cancellation);
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // Seen enough.
        }
    }

    /// <summary>MONITOR writes bytes that are no printable characters as \xHH.</summary>
    private static string Unescape(string text) => HexEscape().Replace(text, match => ((char)Convert.ToByte(match.Value[2..], 16)).ToString());

    [GeneratedRegex(@"\\x[0-9a-f]{2}", RegexOptions.NonBacktracking)]
    private static partial Regex HexEscape();
}
