using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using System.Text.RegularExpressions;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Cli;

/// <summary>The program as a user starts it.</summary>
public sealed partial class VerbTests
{
    private const string Payment = """{"amount":12.5,"type":"ECOMM","payer":{"name":"A. Payer","email":"a@example.com"}}""";

    private static readonly Dictionary<string, string> Nothing = [];

    [Fact]
    public async Task Help_names_every_verb()
    {
        var (exitCode, output) = await SidecarProcess.RunAsync(Nothing, "--help");

        Assert.Equal(0, exitCode);
        string[] verbs = ["run", "demo", "simulate", "check", "wait", "shutdown", "tokens", "--version"];
        Assert.All(verbs, verb => Assert.Contains(verb, output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Version_is_that_of_the_build()
    {
        var (exitCode, output) = await SidecarProcess.RunAsync(Nothing, "--version");

        Assert.Equal(0, exitCode);
        Assert.Matches(@"^\d+\.\d+\.\d+", output);
    }

    [Theory]
    [InlineData("bogus")]
    [InlineData("--bogus")]
    [InlineData("run", "bogus")]
    [InlineData("run", "--Sidecar:Listen")]
    [InlineData("demo", "--replicas", "0")]
    [InlineData("demo", "--replicas", "many")]
    [InlineData("wait", "--timeout", "-1")]
    [InlineData("wait", "--timeout", "soon")]
    [InlineData("shutdown", "now")]
    [InlineData("tokens", "renew")]
    [InlineData("tokens", "refresh", "now")]
    [InlineData("simulate", "--urls", "nonsense")]
    [InlineData("simulate", "--environment", "1")]
    [InlineData("--Sidcar:Listen=http://127.0.0.1:8081")]
    [InlineData("--Clik2pay:Password=canary")]
    [InlineData("--Redis:ConnectionString=localhost,password=canary")]
    [InlineData("check", "--clik2pay:apikey=canary")]
    [InlineData("--Sidecar:CallerToken=canary")]
    public async Task A_bad_command_line_ends_with_1_and_names_what_is_bad(params string[] arguments)
    {
        var (exitCode, output) = await SidecarProcess.RunAsync(Nothing, arguments);

        Assert.Equal(1, exitCode);
        Assert.Contains(arguments[^1].Split('=')[0], output, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--Clik2pay:Password", "canary")]
    [InlineData("run", "--Clik2pay:Password", "canary=")]
    [InlineData("check", "--Clik2pay:ApiKey:canary")]
    [InlineData("check", "--Clik2pay:ApiKey:canary=x")]
    [InlineData("check", "--Sidecar:CallerToken", "@canary")]
    [InlineData("--Clik2pay__Password=canary")]
    [InlineData("demo", "--Clik2pay:Password=canary")]
    [InlineData("simulate", "--Clik2pay:Password", "canary")]
    public async Task A_secret_on_a_bad_command_line_is_not_quoted_however_it_is_written(params string[] arguments)
    {
        var (exitCode, output) = await SidecarProcess.RunAsync(Nothing, arguments);

        Assert.Equal(1, exitCode);
        Assert.DoesNotContain("canary", output, StringComparison.Ordinal);
        Assert.Contains(arguments.First(argument => argument.StartsWith("--", StringComparison.Ordinal)).Split('=')[0].Split(":canary")[0], output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_bad_configuration_ends_with_2_and_a_line_for_each_mistake()
    {
        var (exitCode, output) = await SidecarProcess.RunAsync(new Dictionary<string, string> { ["Clik2pay__RefreshAt"] = "2", ["Sidecar__Listn"] = "x" });

        Assert.Equal(2, exitCode);
        Assert.All(
            ["Clik2pay:Environment: ", "Clik2pay:Username: ", "Clik2pay:Password: ", "Clik2pay:ApiKey: ", "Clik2pay:RefreshAt: ", "Sidecar:Listn: "],
            key => Assert.Single(output.Split('\n'), line => line.StartsWith(key, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_simulator_alone_and_a_sidecar_by_environment_variables_only_create_and_read_a_payment_request()
    {
        await using var simulator = StartSimulator();
        await using var sidecar = SidecarProcess.Start(await ExportsAsync(simulator));
        using var caller = new HttpClient { BaseAddress = await sidecar.WaitForAddressAsync() };

        foreach (var withCredentials in new[] { false, true })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/open/v1/payment-requests") { Content = new StringContent(Payment) };
            if (withCredentials)
            {
                request.Headers.Add("Authorization", "Basic Zm9v");
                request.Headers.Add("x-api-key", "mine");
            }

            var created = await caller.SendAsync(request);
            Assert.Equal(HttpStatusCode.Created, created.StatusCode);
            var id = (await created.Content.ReadFromJsonAsync<JsonElement>()).GetProperty("id").GetString();

            var read = await caller.GetAsync($"/open/v1/payment-requests/{id}");
            Assert.Equal(HttpStatusCode.OK, read.StatusCode);
            Assert.True(read.Headers.Contains("x-amzn-RequestId"));
        }

        Assert.DoesNotContain("sandbox-password", sidecar.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_token_endpoint_that_is_down_at_the_start_delays_calls_until_it_returns_and_a_caller_that_obeys_Retry_After_sees_that_at_once()
    {
        await using var simulator = StartSimulator();
        var settings = await ExportsAsync(simulator);
        using var control = new HttpClient { BaseAddress = new(settings["Clik2pay__ApiBaseUrl"]) };
        await control.PutAsync("/_simulator/faults", new StringContent("""{"tokenEndpoint":"Down"}"""));
        await using var sidecar = SidecarProcess.Start(settings);
        var (callers, admin) = await sidecar.WaitForAddressesAsync();
        using var caller = new HttpClient { BaseAddress = callers };

        var refused = await caller.PostAsync("/open/v1/payment-requests", new StringContent(Payment));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal(["token_unavailable"], refused.Headers.GetValues("Clik2pay-Sidecar-Error"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await caller.GetAsync(new Uri(admin, "/startupz"))).StatusCode);

        await control.DeleteAsync("/_simulator/faults");
        var waited = TimeSpan.Zero;
        var answer = refused;
        for (var attempt = 0; attempt < 3 && answer.StatusCode != HttpStatusCode.Created; attempt++)
        {
            var pause = answer.Headers.RetryAfter!.Delta!.Value;
            waited += pause;
            await Task.Delay(pause, SystemDefaults.Time);
            answer = await caller.PostAsync("/open/v1/payment-requests", new StringContent(Payment));
        }

        Figures.Report($"token endpoint down at the start: calls succeed {waited.TotalSeconds} s after its return");
        Assert.Equal(HttpStatusCode.Created, answer.StatusCode);
        Assert.Equal(1, (await control.GetFromJsonAsync<JsonElement>("/_simulator/counters")).GetProperty("paymentRequestsCreated").GetInt32());
    }

    [Lesson("the sidecar never ended, so the Job hung: GoogleCloudPlatform/cloud-sql-proxy#128, #262")]
    [Theory]
    [InlineData(SidecarProcess.Terminate)]
    [InlineData(SidecarProcess.Interrupt)]
    public async Task SIGTERM_and_SIGINT_end_it_with_0(int signal)
    {
        await using var simulator = StartSimulator();
        await using var sidecar = SidecarProcess.Start(await ExportsAsync(simulator));
        await sidecar.WaitForAddressAsync();

        sidecar.Signal(signal);
        simulator.Signal(signal);

        Assert.Equal(0, await sidecar.WaitForExitAsync());
        Assert.Equal(0, await simulator.WaitForExitAsync());
    }

    [Fact]
    public async Task Refused_credentials_are_loud_at_start_and_name_the_likely_cause()
    {
        await using var simulator = StartSimulator("--environment", "Production");
        var sandbox = (await ExportsAsync(simulator)).ToDictionary(e => e.Key, e => e.Value.Replace("production", "sandbox", StringComparison.Ordinal));
        await using var sidecar = SidecarProcess.Start(sandbox);

        var line = await sidecar.WaitForLineAsync("Credentials refused");

        Assert.Contains("unique to each environment", line, StringComparison.Ordinal);
        Assert.Contains("issued for Clik2pay:Environment=Custom", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Check_tells_what_is_well()
    {
        await using var simulator = StartSimulator();

        var (exitCode, output) = await SidecarProcess.RunAsync(await ExportsAsync(simulator), "check");

        Assert.Equal(0, exitCode);
        Assert.Equal(
            ["ok    configuration", "--    Redis", "ok    token endpoint", "ok    credentials", "ok    API"],
            output.Split('\n').Select(line => line[..20].TrimEnd()));
        Assert.Contains("expires in 3600 s", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Clik2pay__Password", "canary", 4, "unique to each environment")]
    [InlineData("Clik2pay__Scope", "canary", 4, "Clik2pay:Scope")]
    [InlineData("Clik2pay__TokenEndpoint", "http://127.0.0.1:1/oauth2/token", 5, "the connection was refused")]
    [InlineData("Clik2pay__ApiBaseUrl", "http://127.0.0.1:1", 6, "FAIL  API             http://127.0.0.1:1/ could not be reached: the connection was refused")]
    [InlineData("Clik2pay__ApiKey", "", 2, "Clik2pay:ApiKey")]
    [InlineData("ReverseProxy__Routes__other__ClusterId", "nowhere", 2, "'nowhere'")]
    [InlineData("Logging__LogLevel__Default", "Verbose", 2, "Logging:LogLevel:Default")]
    public async Task Check_tells_failures_apart(string name, string value, int expected, string says)
    {
        await using var simulator = StartSimulator();

        var (exitCode, output) = await SidecarProcess.RunAsync(new Dictionary<string, string>(await ExportsAsync(simulator)) { [name] = value }, "check");

        Assert.Equal(expected, exitCode);
        Assert.Contains(says, output, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_address_that_is_taken_ends_the_start_with_one_line()
    {
        await using var simulator = StartSimulator();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();

        var settings = await ExportsAsync(simulator);
        var (exitCode, output) = await SidecarProcess.RunAsync(settings, $"--Sidecar:Listen=http://{other.LocalEndpoint}");

        Assert.Equal(2, exitCode);
        Assert.Contains("address already in use", output, StringComparison.Ordinal);
        Assert.Contains("Sidecar:Listen", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);

        // Nor does it cost a token call each time that it is tried.
        using var control = new HttpClient { BaseAddress = new(settings["Clik2pay__ApiBaseUrl"]) };
        Assert.Equal(0, (await control.GetFromJsonAsync<JsonElement>("/_simulator/counters")).GetProperty("tokenRequests").GetInt32());
    }

    [Fact]
    public async Task A_route_that_cannot_be_ends_the_start_with_one_line()
    {
        await using var simulator = StartSimulator();

        var (exitCode, output) = await SidecarProcess.RunAsync(await ExportsAsync(simulator), "--ReverseProxy:Routes:payment-requests-api:Match:Path=/open/{");

        Assert.Equal(2, exitCode);
        Assert.Contains("Invalid path '/open/{'", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("http://192.0.2.1:0", "AddressNotAvailable")]
    [InlineData("http://unix:/nowhere/sidecar.sock", "the folder of /nowhere/sidecar.sock is not there")]
    public async Task An_address_that_cannot_be_listened_on_ends_the_start_with_one_line(string address, string says)
    {
        await using var simulator = StartSimulator();

        var (exitCode, output) = await SidecarProcess.RunAsync(await ExportsAsync(simulator), $"--Sidecar:Listen={address}", "--Sidecar:AllowRemoteCallers=true");

        Assert.Equal(2, exitCode);
        Assert.Contains("cannot be listened on", output, StringComparison.Ordinal);
        Assert.Contains(says, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("check")]
    public async Task A_broken_appsettings_json_is_named_with_the_place_of_the_mistake(string verb)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("appsettings.json", "{ broken");

        var (exitCode, output) = await SidecarProcess.RunAsync(Nothing, [verb], folder.FullName);

        Assert.Equal(2, exitCode);
        Assert.Contains(file, output, StringComparison.Ordinal);
        Assert.Contains("in line 1 at byte", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_that_lacks_its_quotation_mark_in_appsettings_json_is_not_quoted()
    {
        using var folder = new TemporaryFolder();
        folder.Write("appsettings.json", """{"Clik2pay":{"Username":true-canary", "Password":"canary"}}""");

        var (exitCode, output) = await SidecarProcess.RunAsync(Nothing, ["run"], folder.FullName);

        Assert.Equal(2, exitCode);
        Assert.Contains("in line 1 at byte", output, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Routes_and_settings_are_taken_from_the_working_directory()
    {
        await using var simulator = StartSimulator();
        var settings = await ExportsAsync(simulator);
        settings.Remove("Clik2pay__Username");
        using var folder = new TemporaryFolder();
        folder.Write("appsettings.json", """{"Clik2pay":{"Username":"sandbox-username"},"Sidecar":{"AllowedHosts":["pay.internal"]}}""");
        folder.Write("proxy.json", """{"ReverseProxy":{"Routes":{"api":{"ClusterId":"c","Match":{"Path":"/open/v1/payments/{**rest}"}}},"Clusters":{"c":{}}}}""");
        await using var sidecar = SidecarProcess.Start(settings, [], folder.FullName);
        using var caller = new HttpClient { BaseAddress = await sidecar.WaitForAddressAsync() };

        Assert.Contains(Path.Combine(folder.FullName, "proxy.json"), sidecar.Text(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await caller.GetAsync("/open/v1/payments/a")).StatusCode);
        caller.DefaultRequestHeaders.Host = "pay.internal";
        Assert.Equal(HttpStatusCode.NotFound, (await caller.GetAsync("/open/v1/payment-requests")).StatusCode);
        Assert.True((await caller.GetAsync("/open/v1/payments/a")).Headers.Contains("x-amzn-RequestId"));
    }

    [Fact]
    public async Task What_the_platform_would_listen_on_does_not_count()
    {
        await using var simulator = StartSimulator();
        await using var sidecar = SidecarProcess.Start(new Dictionary<string, string>(await ExportsAsync(simulator))
        {
            ["ASPNETCORE_URLS"] = "http://*:0",
            ["ASPNETCORE_HTTP_PORTS"] = "0",
            ["Kestrel__Endpoints__Other__Url"] = "http://*:0",
        });

        var line = await sidecar.WaitForLineAsync("Callers are served on");

        Assert.Matches(@"served on http://127\.0\.0\.1:\d+ for Custom .* status page on http://127\.0\.0\.1:\d+\.$", line);
        var sockets = File.ReadLines("/proc/net/tcp").Concat(File.ReadLines("/proc/net/tcp6")).Where(socket => IsListening(socket) && IsOf(sidecar.Id, socket)).ToList();
        Assert.Equal(2, sockets.Count);
        Assert.All(sockets, socket => Assert.Contains(" 0100007F:", socket, StringComparison.Ordinal));
    }

    private static SidecarProcess StartSimulator(params string[] arguments) => SidecarProcess.Start(Nothing, ["simulate", "--urls", "http://127.0.0.1:0", .. arguments]);

    /// <summary>The settings that the simulator tells its user to export, with free ports for the sidecar.</summary>
    private static async Task<Dictionary<string, string>> ExportsAsync(SidecarProcess simulator)
    {
        await simulator.WaitForLineAsync("Ctrl-C");
        var exports = ExportLine().Matches(simulator.Text()).ToDictionary(match => match.Groups["key"].Value, match => match.Groups["value"].Value, StringComparer.Ordinal);
        Assert.Equal(6, exports.Count);
        exports["Sidecar__Listen"] = "http://127.0.0.1:0";
        exports["Sidecar__Admin"] = "http://127.0.0.1:0";
        exports["Sidecar__DrainSeconds"] = "0";
        return exports;
    }

    /// <summary>Whether a row of /proc/net/tcp is of a socket in the state LISTEN (0A).</summary>
    private static bool IsListening(string socket) => socket.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, _, "0A", ..];

    private static bool IsOf(int process, string socket)
    {
        var inode = socket.Split(' ', StringSplitOptions.RemoveEmptyEntries)[9];
        return Directory.EnumerateFiles($"/proc/{process}/fd").Any(fd => new FileInfo(fd).LinkTarget == $"socket:[{inode}]");
    }

    [GeneratedRegex(@"export (?<key>\w+)=(?<value>\S+)", RegexOptions.NonBacktracking | RegexOptions.ExplicitCapture)]
    private static partial Regex ExportLine();
}
