using System.Globalization;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Sidecar.Tests.Cli;

/// <summary>The verbs that call a running sidecar.</summary>
public sealed class AdminClientVerbTests : IAsyncDisposable
{
    private RecordingUpstream upstream = null!;
    private FakeTokenEndpoint tokenEndpoint = null!;

    public async ValueTask DisposeAsync()
    {
        await upstream.DisposeAsync();
        await tokenEndpoint.DisposeAsync();
    }

    [Fact]
    public async Task Wait_exits_with_1_and_the_reason_before_the_first_token_and_with_0_after_it()
    {
        await using var sidecar = await StartAsync();
        tokenEndpoint.Fault = FakeTokenEndpoint.Respond(503, "");
        var variables = await ReadAdminVariablesAsync(sidecar);

        // The first response of a sidecar on a busy machine can take longer than the shortest timeout.
        Assert.Equal((0, ""), await SidecarProcess.RunAsync(variables, "wait", "--for", "process"));
        var (exitCode, output) = await SidecarProcess.RunAsync(variables, "wait", "--timeout", "0");
        Assert.Equal(1, exitCode);
        Assert.Contains("responded with 503: There is no access token yet", output, StringComparison.Ordinal);

        var waiting = SidecarProcess.RunAsync(variables, "wait");
        tokenEndpoint.Fault = null;
        Assert.Equal((0, ""), await waiting);
    }

    [Fact]
    public async Task Wait_for_process_exits_with_0_as_soon_as_the_sidecar_listens()
    {
        await using var sidecar = await StartAsync();
        tokenEndpoint.Fault = FakeTokenEndpoint.Respond(503, "");
        var variables = await ReadAdminVariablesAsync(sidecar);

        Assert.Equal((0, ""), await SidecarProcess.RunAsync(variables, "wait", "--for", "process"));
        Assert.Equal(1, (await SidecarProcess.RunAsync(variables, "wait", "--for", "token", "--timeout", "0")).ExitCode);
    }

    [Fact]
    public async Task Wait_for_something_else_exits_with_1_and_names_the_values()
    {
        await using var sidecar = await StartAsync();

        var (exitCode, output) = await SidecarProcess.RunAsync(new Dictionary<string, string>(), "wait", "--for", "ready");

        Assert.Equal(1, exitCode);
        Assert.Contains("--for: 'ready' is not token or process.", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wait_for_a_sidecar_that_is_not_running_exits_with_1_and_names_the_address()
    {
        await using var sidecar = await StartAsync();

        var variables = new Dictionary<string, string> { ["Sidecar__Admin"] = "http://*:1" };
        var (exitCode, output) = await SidecarProcess.RunAsync(variables, "wait", "--timeout", "5");

        Assert.Equal(1, exitCode);
        Assert.Contains(
            "http://*:1 could not be reached: the connection was refused. Check that the sidecar runs with the same Sidecar:Admin.",
            output,
            StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text/plain; charset=bogus", "not \u001b[31mhere", "not  [31mhere")]
    [InlineData("text/plain", "", "http://{0} responded with 503: ")]
    public async Task The_response_of_another_program_is_printed_without_control_characters(
        string contentType, string body, string expected)
    {
        await using var sidecar = await StartAsync();
        upstream.Respond = context =>
        {
            context.Response.StatusCode = 503;
            context.Response.ContentType = contentType;
            return context.Response.WriteAsync(body);
        };

        var variables = new Dictionary<string, string> { ["Sidecar__Admin"] = upstream.Address };
        var (exitCode, output) = await SidecarProcess.RunAsync(variables, "wait", "--timeout", "0");

        Assert.Equal(1, exitCode);
        var text = string.Format(CultureInfo.InvariantCulture, expected, new Uri(upstream.Address).Authority);
        Assert.Contains(text, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wait_for_an_invalid_address_exits_with_2()
    {
        await using var sidecar = await StartAsync();

        var (exitCode, output) = await SidecarProcess.RunAsync(new Dictionary<string, string>(), "wait", "--Sidecar:Admin=9090");

        Assert.Equal(2, exitCode);
        Assert.Contains("Sidecar:Admin: '9090' is not a valid listen address", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Shutdown_stops_the_sidecar_if_AllowQuit_is_set()
    {
        await using var sidecar = await StartAsync(("Sidecar:AllowQuit", "true"));

        var (exitCode, output) = await SidecarProcess.RunAsync(await ReadAdminVariablesAsync(sidecar), "shutdown");

        Assert.Equal((0, "The sidecar is stopping."), (exitCode, output));
        Assert.Equal(0, await sidecar.WaitForExitAsync());
    }

    [Fact]
    public async Task Shutdown_without_AllowQuit_exits_with_1_and_names_the_setting()
    {
        await using var sidecar = await StartAsync();
        var variables = await ReadAdminVariablesAsync(sidecar);

        var (exitCode, output) = await SidecarProcess.RunAsync(variables, "shutdown");

        Assert.Equal(1, exitCode);
        Assert.Contains("Sidecar:AllowQuit=true", output, StringComparison.Ordinal);
        Assert.Equal((0, ""), await SidecarProcess.RunAsync(variables, "wait"));
    }

    [Fact]
    public async Task Tokens_refresh_obtains_a_new_token_and_exits_with_0()
    {
        await using var sidecar = await StartAsync(("Sidecar:AllowQuit", "true"));
        var variables = await ReadAdminVariablesAsync(sidecar);
        Assert.Equal((0, ""), await SidecarProcess.RunAsync(variables, "wait"));

        var (exitCode, output) = await SidecarProcess.RunAsync(variables, "tokens", "refresh");

        Assert.StartsWith("A new access token was obtained.", output, StringComparison.Ordinal);
        Assert.Equal((0, 2), (exitCode, tokenEndpoint.Calls));
        await sidecar.WaitForLineAsync("Access token refreshed: Success (Operator)");
    }

    [Fact]
    public async Task Tokens_refresh_exits_with_1_and_the_reason_if_the_token_endpoint_fails()
    {
        await using var sidecar = await StartAsync(("Sidecar:AllowQuit", "true"));
        var variables = await ReadAdminVariablesAsync(sidecar);
        Assert.Equal((0, ""), await SidecarProcess.RunAsync(variables, "wait"));
        tokenEndpoint.Fault = FakeTokenEndpoint.Respond(503, Secrets.Password);

        var (exitCode, output) = await SidecarProcess.RunAsync(variables, "tokens", "refresh");

        Assert.Equal(1, exitCode);
        var reason = $"503: No new access token was obtained: the token endpoint {tokenEndpoint.Address}";
        Assert.Contains(reason, output, StringComparison.Ordinal);
        Assert.Contains("The current token stays in use", output, StringComparison.Ordinal);
        Assert.DoesNotContain(Secrets.Password, output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tokens_refresh_without_AllowQuit_exits_with_1_names_the_setting_and_makes_no_token_call()
    {
        await using var sidecar = await StartAsync();
        var variables = await ReadAdminVariablesAsync(sidecar);
        Assert.Equal((0, ""), await SidecarProcess.RunAsync(variables, "wait"));

        var (exitCode, output) = await SidecarProcess.RunAsync(variables, "tokens", "refresh");

        Assert.Equal((1, 1), (exitCode, tokenEndpoint.Calls));
        Assert.Contains("Sidecar:AllowQuit=true", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Wait_and_shutdown_work_over_a_Unix_socket()
    {
        using var folder = new TemporaryFolder();
        var admin = $"http://unix:{folder.FullName}/admin.sock";
        await using var sidecar = await StartAsync(("Sidecar:Admin", admin), ("Sidecar:AllowQuit", "true"));
        var variables = new Dictionary<string, string> { ["Sidecar__Admin"] = admin };

        Assert.Equal((0, ""), await SidecarProcess.RunAsync(variables, "wait"));
        Assert.Equal((0, "The sidecar is stopping."), await SidecarProcess.RunAsync(variables, "shutdown"));
        Assert.Equal(0, await sidecar.WaitForExitAsync());
    }

    private async Task<SidecarProcess> StartAsync(params (string Key, string Value)[] settings)
    {
        upstream = await RecordingUpstream.StartAsync();
        tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        return SidecarProcess.Start(SidecarProcess.Environment(upstream, tokenEndpoint, settings), "run");
    }

    /// <summary>The environment variables of a command in the same pod. It needs only the address of the administration listener.</summary>
    private static async Task<Dictionary<string, string>> ReadAdminVariablesAsync(SidecarProcess sidecar) =>
        new() { ["Sidecar__Admin"] = $"{(await sidecar.WaitForAddressesAsync()).Admin}".TrimEnd('/') };
}
