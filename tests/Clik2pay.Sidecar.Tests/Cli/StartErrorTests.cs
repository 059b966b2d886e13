using System.Net;
using System.Net.Http.Json;
using System.Net.Sockets;
using System.Text.Json;
using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Cli;

/// <summary>Settings, routes and addresses with which a sidecar does not start.</summary>
public sealed class StartErrorTests
{
    private static readonly Dictionary<string, string> NoVariables = [];

    [Fact]
    public async Task If_settings_are_invalid_the_exit_code_is_2_and_one_line_is_printed_for_each()
    {
        var variables = new Dictionary<string, string> { ["Clik2pay__RefreshAt"] = "2", ["Sidecar__Listn"] = "x" };

        var (exitCode, output) = await SidecarProcess.RunAsync(variables);

        Assert.Equal(2, exitCode);
        string[] keys =
        [
            "Clik2pay:Environment: ", "Clik2pay:Username: ", "Clik2pay:Password: ", "Clik2pay:ApiKey: ", "Clik2pay:RefreshAt: ",
            "Sidecar:Listn: ",
        ];
        Assert.All(keys, key => Assert.Single(output.Split('\n'), line => line.StartsWith(key, StringComparison.Ordinal)));
    }

    [Fact]
    public async Task If_an_address_is_in_use_the_exit_code_is_2_and_no_token_call_is_made()
    {
        await using var simulator = SimulatorProcess.Start();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();
        var variables = await SimulatorProcess.ReadVariablesAsync(simulator);

        var (exitCode, output) = await SidecarProcess.RunAsync(variables, $"--Sidecar:Listen=http://{other.LocalEndpoint}");

        Assert.Equal(2, exitCode);
        Assert.Contains("address already in use", output, StringComparison.Ordinal);
        Assert.Contains("Sidecar:Listen", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
        using var control = new HttpClient { BaseAddress = new(variables["Clik2pay__ApiBaseUrl"]) };
        var counters = await control.GetFromJsonAsync<JsonElement>("/_simulator/counters");
        Assert.Equal(0, counters.GetProperty("tokenRequests").GetInt32());
    }

    [Theory]
    [InlineData("http://192.0.2.1:0", "AddressNotAvailable")]
    [InlineData("http://unix:/nowhere/sidecar.sock", "the directory of /nowhere/sidecar.sock does not exist")]
    public async Task If_the_sidecar_cannot_listen_on_an_address_the_exit_code_is_2_and_the_reason_is_printed(string address, string reason)
    {
        await using var simulator = SimulatorProcess.Start();

        var (exitCode, output) = await SidecarProcess.RunAsync(
            await SimulatorProcess.ReadVariablesAsync(simulator), $"--Sidecar:Listen={address}", "--Sidecar:AllowRemoteCallers=true");

        Assert.Equal(2, exitCode);
        Assert.Contains("Cannot listen on an address", output, StringComparison.Ordinal);
        Assert.Contains(reason, output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task If_a_route_is_invalid_the_exit_code_is_2_and_the_invalid_path_is_printed()
    {
        await using var simulator = SimulatorProcess.Start();

        var (exitCode, output) = await SidecarProcess.RunAsync(
            await SimulatorProcess.ReadVariablesAsync(simulator), "--ReverseProxy:Routes:payment-requests-api:Match:Path=/open/{");

        Assert.Equal(2, exitCode);
        Assert.Contains("Invalid path '/open/{'", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("check")]
    public async Task An_invalid_appsettings_json_is_named_with_the_position_of_the_error(string verb)
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("appsettings.json", "{ broken");

        var (exitCode, output) = await SidecarProcess.RunAsync(NoVariables, [verb], folder.FullName);

        Assert.Equal(2, exitCode);
        Assert.Contains(file, output, StringComparison.Ordinal);
        Assert.Contains("in line 1 at byte", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_secret_without_an_opening_quotation_mark_in_appsettings_json_is_not_printed()
    {
        using var folder = new TemporaryFolder();
        folder.Write("appsettings.json", """{"Clik2pay":{"Username":true-canary", "Password":"canary"}}""");

        var (exitCode, output) = await SidecarProcess.RunAsync(NoVariables, ["run"], folder.FullName);

        Assert.Equal(2, exitCode);
        Assert.Contains("in line 1 at byte", output, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", output, StringComparison.Ordinal);
    }
}
