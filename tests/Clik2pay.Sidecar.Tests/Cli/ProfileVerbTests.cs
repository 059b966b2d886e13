using Clik2pay.Sidecar.Cli.Output;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Cli;

/// <summary>The verbs <c>check</c>, <c>wait</c> and <c>tokens refresh</c> with the profiles <c>default</c> and <c>shop</c>.</summary>
public sealed class ProfileVerbTests : IAsyncLifetime
{
    private const string Closed = "http://127.0.0.1:1";

    private RecordingUpstream upstream = null!;
    private FakeTokenEndpoint tokenEndpoint = null!;
    private FakeTokenEndpoint shop = null!;

    public async ValueTask InitializeAsync()
    {
        upstream = await RecordingUpstream.StartAsync();
        tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        shop = await FakeTokenEndpoint.StartAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await upstream.DisposeAsync();
        await tokenEndpoint.DisposeAsync();
        await shop.DisposeAsync();
    }

    [Fact]
    public async Task Check_reports_both_profiles_on_lines_of_their_own()
    {
        var (exitCode, output) = await SidecarProcess.RunAsync(Variables(), "check");

        Assert.Equal(ExitCode.Success, exitCode);
        Assert.Equal(
            [
                "ok    configuration   2 profiles, routes of …",
                $"ok    configuration   [default] Custom, {upstream.Address}/",
                $"ok    configuration   [shop]    Custom, {upstream.Address}/",
                "--    Redis           not configured: the access token stays in the process",
                $"ok    token endpoint  [default] {tokenEndpoint.Address}",
                "ok    credentials     [default] username and password accepted, the access token expires in 3600 s; "
                    + "the API key is not verified",
                $"ok    API             [default] {upstream.Address}/, connected; nothing was sent",
                $"ok    token endpoint  [shop]    {shop.Address}",
                "ok    credentials     [shop]    username and password accepted, the access token expires in 3600 s; "
                    + "the API key is not verified",
                $"ok    API             [shop]    {upstream.Address}/, connected; nothing was sent",
            ],
            output.Split('\n').Select((line, index) => index == 0 ? $"{line.Split("routes of ")[0]}routes of …" : line));
    }

    [Fact]
    public async Task If_one_profile_is_refused_check_reports_the_other_one_too_and_exits_with_4()
    {
        TestProfiles.Refuse(tokenEndpoint);

        var (exitCode, output) = await SidecarProcess.RunAsync(Variables(), "check");

        Assert.Equal(ExitCode.CredentialsRefused, exitCode);
        Assert.Equal(
            ["FAIL  credentials     [default]"],
            output.Split('\n').Where(line => line.StartsWith("FAIL", StringComparison.Ordinal)).Select(line => line[..31]));
        Assert.Contains($"ok    token endpoint  [shop]    {shop.Address}", output, StringComparison.Ordinal);
        Assert.Contains("ok    credentials     [shop]    ", output, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task If_both_profiles_are_unreachable_check_reports_both_and_the_first_failure_decides_the_exit_code()
    {
        var unreachable = new Uri($"{Closed}/oauth2/token");
        var variables = SidecarProcess.Environment(
            Closed,
            tokenEndpoint,
            [("Clik2pay:TokenEndpoint", $"{unreachable}"), .. TestProfiles.Settings("shop", Closed, unreachable)]);

        var (exitCode, output) = await SidecarProcess.RunAsync(variables, "check");

        Assert.Equal(ExitCode.TokenEndpointUnreachable, exitCode);
        Assert.Equal(
            [
                "FAIL  token endpoint  [default]", "FAIL  API             [default]",
                "FAIL  token endpoint  [shop]   ", "FAIL  API             [shop]   ",
            ],
            output.Split('\n').Where(line => line.StartsWith("FAIL", StringComparison.Ordinal)).Select(line => line[..31]));
    }

    [Fact]
    public async Task Check_does_not_wait_for_one_profile_after_the_other()
    {
        var gate = new TaskCompletionSource();
        using var bothCalled = new CountdownEvent(2);
        foreach (var endpoint in (FakeTokenEndpoint[])[tokenEndpoint, shop])
        {
            endpoint.Gate = gate.Task;
            endpoint.Called = () =>
            {
                if (bothCalled.Signal())
                    gate.SetResult();
            };
        }

        Assert.Equal(ExitCode.Success, (await SidecarProcess.RunAsync(Variables(), "check")).ExitCode);
    }

    [Theory]
    [InlineData("Any", 0)]
    [InlineData("All", 1)]
    public async Task Wait_follows_the_setting_of_the_sidecar_and_names_the_profile_without_a_token(string readyWhen, int expected)
    {
        TestProfiles.Refuse(shop);
        await using var sidecar = SidecarProcess.Start(Variables(("Sidecar:ReadyWhen", readyWhen)), "run");
        var variables = await ReadAdminVariablesAsync(sidecar);
        await sidecar.WaitForLineAsync("Profile shop: ");
        Assert.Equal(0, (await SidecarProcess.RunAsync(variables, "tokens", "refresh", "--profile", "default")).ExitCode);

        var (exitCode, output) = await SidecarProcess.RunAsync(variables, "wait", "--timeout", "0");

        Assert.Equal(expected, exitCode);
        if (expected == 0)
        {
            Assert.Empty(output);
            return;
        }

        Assert.StartsWith("The sidecar did not start within 0 s. ", output, StringComparison.Ordinal);
        Assert.Contains("503: Profiles that have obtained an access token: 1 of 2.\nProfile shop: ", output, StringComparison.Ordinal);
        Assert.EndsWith("\nSidecar:ReadyWhen=All requires every profile.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_refresh_prints_a_line_for_each_profile_or_for_the_one_that_the_option_names()
    {
        await using var sidecar = SidecarProcess.Start(Variables(), "run");
        var variables = await ReadAdminVariablesAsync(sidecar);

        var all = await SidecarProcess.RunAsync(variables, "tokens", "refresh");
        var one = await SidecarProcess.RunAsync(variables, "tokens", "refresh", "--profile", "shop");
        var unknown = await SidecarProcess.RunAsync(variables, "tokens", "refresh", "--profile", "a&b #c");
        var empty = await SidecarProcess.RunAsync(variables, "tokens", "refresh", "--profile", "");

        Assert.Equal((0, 0, 1, 1), (all.ExitCode, one.ExitCode, unknown.ExitCode, empty.ExitCode));
        Assert.Equal(
            ["Profile default: A new access token was obtained", "Profile shop: A new access token was obtained"],
            all.Output.Split('\n').Select(line => line.Split('.')[0]));
        Assert.StartsWith("Profile shop: A new access token was obtained.", one.Output, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', one.Output);
        const string error = "404: There is no such profile. The profiles are default, shop.";
        Assert.EndsWith(error, unknown.Output, StringComparison.Ordinal);
        Assert.EndsWith(error, empty.Output, StringComparison.Ordinal);
    }

    private Dictionary<string, string> Variables(params (string Key, string Value)[] settings) => SidecarProcess.Environment(
        upstream,
        tokenEndpoint,
        [("Sidecar:AllowQuit", "true"), .. TestProfiles.Settings("shop", upstream.Address, shop.Address), .. settings]);

    private static async Task<Dictionary<string, string>> ReadAdminVariablesAsync(SidecarProcess sidecar) =>
        new() { ["Sidecar__Admin"] = $"{(await sidecar.WaitForAddressesAsync()).Admin}".TrimEnd('/') };
}
