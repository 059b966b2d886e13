using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Cli;

/// <summary>The verb <c>run</c> in front of the simulator. Both are processes that are started as a user would start them.</summary>
public sealed class RunVerbTests
{
    private const string Payment = """{"amount":12.5,"type":"ECOMM","payer":{"name":"A. Payer","email":"a@example.com"}}""";

    [Fact]
    public async Task With_the_variables_of_the_simulator_callers_create_and_read_payment_requests()
    {
        await using var simulator = SimulatorProcess.Start();
        await using var sidecar = SidecarProcess.Start(await SimulatorProcess.ReadVariablesAsync(simulator));
        using var caller = new HttpClient { BaseAddress = await sidecar.WaitForAddressAsync() };

        foreach (var withCredentials in new[] { false, true })
        {
            using var request = new HttpRequestMessage(HttpMethod.Post, "/open/v1/payment-requests");
            request.Content = new StringContent(Payment);
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
    public async Task After_an_outage_of_the_token_endpoint_at_startup_a_caller_that_obeys_Retry_After_is_served()
    {
        await using var simulator = SimulatorProcess.Start();
        var variables = await SimulatorProcess.ReadVariablesAsync(simulator);
        using var control = new HttpClient { BaseAddress = new(variables["Clik2pay__ApiBaseUrl"]) };
        await control.PutAsync("/_simulator/faults", new StringContent("""{"tokenEndpoint":"Down"}"""));
        await using var sidecar = SidecarProcess.Start(variables);
        var (callers, admin) = await sidecar.WaitForAddressesAsync();
        using var caller = new HttpClient { BaseAddress = callers };

        var refused = await caller.PostAsync("/open/v1/payment-requests", new StringContent(Payment));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
        Assert.Equal(["token_unavailable"], refused.Headers.GetValues("Clik2pay-Sidecar-Error"));
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await caller.GetAsync(new Uri(admin, "/startupz"))).StatusCode);

        await control.DeleteAsync("/_simulator/faults");
        var waited = TimeSpan.Zero;
        var response = refused;
        for (var attempt = 0; attempt < 3 && response.StatusCode != HttpStatusCode.Created; attempt++)
        {
            var pause = response.Headers.RetryAfter!.Delta!.Value;
            waited += pause;
            await Task.Delay(pause, SystemDefaults.Time);
            response = await caller.PostAsync("/open/v1/payment-requests", new StringContent(Payment));
        }

        Figures.Report($"token endpoint down at startup: calls succeed {waited.TotalSeconds} s after it recovers");
        Assert.Equal(HttpStatusCode.Created, response.StatusCode);
        var counters = await control.GetFromJsonAsync<JsonElement>("/_simulator/counters");
        Assert.Equal(1, counters.GetProperty("paymentRequestsCreated").GetInt32());
    }

    [Lesson("the sidecar never ended, so the Job hung: GoogleCloudPlatform/cloud-sql-proxy#128, #262")]
    [Theory]
    [InlineData(SidecarProcess.Terminate)]
    [InlineData(SidecarProcess.Interrupt)]
    public async Task SIGTERM_and_SIGINT_stop_the_sidecar_and_the_simulator_with_exit_code_0(int signal)
    {
        await using var simulator = SimulatorProcess.Start();
        await using var sidecar = SidecarProcess.Start(await SimulatorProcess.ReadVariablesAsync(simulator));
        await sidecar.WaitForAddressAsync();

        sidecar.Signal(signal);
        simulator.Signal(signal);

        Assert.Equal(0, await sidecar.WaitForExitAsync());
        Assert.Equal(0, await simulator.WaitForExitAsync());
    }

    [Fact]
    public async Task Refused_credentials_are_logged_at_startup_with_the_likely_cause()
    {
        await using var simulator = SimulatorProcess.Start("--environment", "Production");
        var sandbox = (await SimulatorProcess.ReadVariablesAsync(simulator)).ToDictionary(
            variable => variable.Key,
            variable => variable.Value.Replace("production", "sandbox", StringComparison.Ordinal),
            StringComparer.Ordinal);
        await using var sidecar = SidecarProcess.Start(sandbox);

        var line = await sidecar.WaitForLineAsync("Credentials refused");

        Assert.Contains("unique to each environment", line, StringComparison.Ordinal);
        Assert.Contains("issued for Clik2pay:Environment=Custom", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Routes_and_settings_are_read_from_the_working_directory()
    {
        await using var simulator = SimulatorProcess.Start();
        var variables = await SimulatorProcess.ReadVariablesAsync(simulator);
        variables.Remove("Clik2pay__Username");
        using var folder = new TemporaryFolder();
        folder.Write(
            "appsettings.json", """{"Clik2pay":{"Username":"sandbox-username"},"Sidecar":{"AllowedHosts":["pay.internal"]}}""");
        folder.Write("proxy.json", """
            {
              "ReverseProxy": {
                "Routes": { "api": { "ClusterId": "c", "Match": { "Path": "/open/v1/payments/{**rest}" } } },
                "Clusters": { "c": {} }
              }
            }
            """);
        await using var sidecar = SidecarProcess.Start(variables, [], folder.FullName);
        using var caller = new HttpClient { BaseAddress = await sidecar.WaitForAddressAsync() };

        Assert.Contains(Path.Combine(folder.FullName, "proxy.json"), sidecar.Text(), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, (await caller.GetAsync("/open/v1/payments/a")).StatusCode);
        caller.DefaultRequestHeaders.Host = "pay.internal";
        Assert.Equal(HttpStatusCode.NotFound, (await caller.GetAsync("/open/v1/payment-requests")).StatusCode);
        Assert.True((await caller.GetAsync("/open/v1/payments/a")).Headers.Contains("x-amzn-RequestId"));
    }

    [Fact]
    public async Task Listen_addresses_in_ASP_NET_Core_settings_have_no_effect()
    {
        await using var simulator = SimulatorProcess.Start();
        await using var sidecar = SidecarProcess.Start(
            new Dictionary<string, string>(await SimulatorProcess.ReadVariablesAsync(simulator))
            {
                ["ASPNETCORE_URLS"] = "http://*:0",
                ["ASPNETCORE_HTTP_PORTS"] = "0",
                ["Kestrel__Endpoints__Other__Url"] = "http://*:0",
            });

        var line = await sidecar.WaitForLineAsync("Callers are served on");

        Assert.Matches(@"served on http://127\.0\.0\.1:\d+ for Custom .* status page are on http://127\.0\.0\.1:\d+\.$", line);
        var sockets = File.ReadLines("/proc/net/tcp").Concat(File.ReadLines("/proc/net/tcp6"))
            .Where(socket => IsListening(socket) && IsOf(sidecar.Id, socket)).ToList();
        Assert.Equal(2, sockets.Count);
        Assert.All(sockets, socket => Assert.Contains(" 0100007F:", socket, StringComparison.Ordinal));
    }

    /// <summary>Whether a row of /proc/net/tcp describes a socket in the state LISTEN (0A).</summary>
    private static bool IsListening(string socket) => socket.Split(' ', StringSplitOptions.RemoveEmptyEntries) is [_, _, _, "0A", ..];

    private static bool IsOf(int process, string socket)
    {
        var inode = socket.Split(' ', StringSplitOptions.RemoveEmptyEntries)[9];
        return Directory.EnumerateFiles($"/proc/{process}/fd").Any(fd => new FileInfo(fd).LinkTarget == $"socket:[{inode}]");
    }
}
