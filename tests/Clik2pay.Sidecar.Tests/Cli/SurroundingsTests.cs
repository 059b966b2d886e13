using System.Net;
using System.Net.Sockets;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Cli;

/// <summary>Unusual files, folders and environment variables. None of them causes an unhandled exception at startup.</summary>
public sealed class SurroundingsTests
{
    private static readonly Dictionary<string, string> NoVariables = [];

    [Theory]
    [InlineData("run", "directory")]
    [InlineData("check", "directory")]
    [InlineData("wait", "directory")]
    [InlineData("shutdown", "directory")]
    [InlineData("run", "loop")]
    [InlineData("wait", "loop")]
    [InlineData("run", "dangling")]
    [InlineData("run", "mode")]
    [InlineData("wait", "mode")]
    [InlineData("run", "text")]
    [InlineData("wait", "text")]
    [InlineData("shutdown", "text")]
    public async Task If_appsettings_json_cannot_be_used_the_exit_code_is_2_and_one_line_is_printed(string verb, string kind)
    {
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.FullName, "appsettings.json");
        CreateUnusable(path, kind);

        string[] command = [.. Surroundings.WithoutCapabilities, "env", "-C", folder.FullName];
        await using var sidecar = SidecarProcess.StartBy(command, NoVariables, verb);

        Assert.Equal(2, await sidecar.WaitForExitAsync());
        var error = kind == "text" ? "is not valid JSON" : "cannot be read";
        Assert.StartsWith($"{path} {error}", Assert.Single(sidecar.Output), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("demo", "--port", "9090")]
    [InlineData("nonsense")]
    public async Task A_closed_standard_error_does_not_change_the_exit_code(params string[] arguments)
    {
        var (exitCode, _) = await SidecarProcess.RunByAsync(Surroundings.ClosedStandardError, NoVariables, arguments);

        Assert.Equal(arguments is ["run"] ? 2 : 1, exitCode);
    }

    [Theory]
    [InlineData("run")]
    [InlineData("check")]
    [InlineData("wait")]
    [InlineData("shutdown")]
    [InlineData("tokens", "refresh")]
    [InlineData("demo")]
    public async Task If_the_working_directory_was_deleted_the_exit_code_is_2_and_one_line_is_printed(params string[] verb)
    {
        var (exitCode, output) = await SidecarProcess.RunByAsync(Surroundings.DeletedWorkingDirectory, NoVariables, verb);

        Assert.Equal(2, exitCode);
        Assert.StartsWith("The working directory was deleted", Assert.Single(output.Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_simulator_runs_in_a_deleted_working_directory()
    {
        await using var simulator = SidecarProcess.StartBy(
            Surroundings.DeletedWorkingDirectory, NoVariables, "simulate", "--urls", "http://127.0.0.1:0");

        await simulator.WaitForLineAsync("Ctrl-C");
    }

    [Theory]
    [InlineData("inotify_init1", Surroundings.NotPermitted)]
    [InlineData("inotify_init1", Surroundings.NotImplemented)]
    [InlineData("inotify_add_watch", Surroundings.NotPermitted)]
    [InlineData("inotify_add_watch", Surroundings.NotImplemented)]
    public async Task If_inotify_is_refused_the_sidecar_runs_and_logs_that_edits_of_routes_need_a_restart(string call, int error)
    {
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        await using var upstream = await RecordingUpstream.StartAsync();
        await using var sidecar = SidecarProcess.StartBy(
            Surroundings.FailingSystemCall(call, error), SidecarProcess.Environment(upstream, tokenEndpoint), "run");
        using var caller = await sidecar.WaitForCallerAsync();

        Assert.Equal(HttpStatusCode.OK, (await caller.GetAsync("/open/v1/a")).StatusCode);
        var line = await sidecar.WaitForLineAsync("The system refuses to watch ");
        Assert.Contains("edits take effect at the next start", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task If_inotify_is_refused_the_demo_prints_that_edits_of_routes_need_a_restart()
    {
        await using var demo = SidecarProcess.StartBy(
            Surroundings.FailingSystemCall("inotify_init1", Surroundings.NotPermitted), NoVariables, ["demo", .. DemoPortTests.FreePorts]);

        var line = await demo.WaitForLineAsync("simulated provider");
        Assert.Contains("take effect at the next start", line, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("REDIS")]
    [InlineData("redis")]
    [InlineData("SIDECAR")]
    [InlineData("CLIK2PAY")]
    [InlineData("Clik2pay")]
    [InlineData("LOGGING")]
    [InlineData("REVERSEPROXY")]
    public async Task A_variable_that_is_named_like_a_section_has_no_effect(string name)
    {
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        await using var upstream = await RecordingUpstream.StartAsync();
        await using var sidecar = SidecarProcess.Start(
            new Dictionary<string, string>(SidecarProcess.Environment(upstream, tokenEndpoint)) { [name] = "tcp://10.0.0.1:6379" });
        using var caller = await sidecar.WaitForCallerAsync();

        Assert.Equal(HttpStatusCode.OK, (await caller.GetAsync("/open/v1/a")).StatusCode);
    }

    [Fact]
    public async Task A_variable_that_is_named_like_a_section_has_no_effect_on_the_demo()
    {
        var variables = new Dictionary<string, string> { ["REDIS"] = "x", ["SIDECAR"] = "x", ["CLIK2PAY"] = "x" };
        await using var demo = SidecarProcess.Start(variables, ["demo", .. DemoPortTests.FreePorts]);

        await demo.WaitForLineAsync("Ctrl-C");
    }

    [Fact]
    public async Task If_a_setting_that_is_not_validated_is_invalid_the_exit_code_is_2_and_one_line_is_printed()
    {
        var output = await FailToStartAsync("""{"Logging":{"Console":{"QueueFullMode":"canary"}}}""");

        Assert.StartsWith("Unexpected error", Assert.Single(output.Split('\n')), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("CaFile")]
    [InlineData("PasswordFile")]
    public async Task A_path_with_a_control_character_is_refused_and_not_quoted(string setting)
    {
        var output = await FailToStartAsync($$$"""{"Clik2pay":{"{{{setting}}}":"canary\u0000"}}""");

        Assert.Contains($"Clik2pay:{setting}: the file that it names cannot be read", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    [Fact]
    public async Task If_standard_output_cannot_be_written_to_check_exits_with_2_and_one_line()
    {
        var (exitCode, output) = await SidecarProcess.RunByAsync(Surroundings.FullOutput, NoVariables, "check");

        Assert.Equal(2, exitCode);
        Assert.Contains("No space left on device", Assert.Single(output.Split('\n')), StringComparison.Ordinal);
    }

    [Fact]
    public async Task If_a_socket_file_cannot_be_replaced_the_exit_code_is_2_and_one_line_names_the_file()
    {
        if (OperatingSystem.IsWindows())
            return;

        using var folder = new TemporaryFolder();
        var inner = Directory.CreateDirectory(Path.Combine(folder.FullName, "inner"));
        var path = Path.Combine(inner.FullName, "left.sock");
        using (var left = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            left.Bind(new UnixDomainSocketEndPoint(path));
            File.Move(path, path + ".kept"); // .NET deletes the file of a socket when the socket is closed.
        }

        File.Move(path + ".kept", path);
        inner.UnixFileMode = UnixFileMode.UserRead | UnixFileMode.UserExecute;
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        await using var upstream = await RecordingUpstream.StartAsync();
        await using var sidecar = SidecarProcess.StartBy(
            Surroundings.WithoutCapabilities,
            SidecarProcess.Environment(upstream, tokenEndpoint, ("Sidecar:Listen", $"http://unix:{path}")),
            "run");

        Assert.Equal(2, await sidecar.WaitForExitAsync());
        Assert.Single(sidecar.Output, line => line.Contains(path, StringComparison.Ordinal));
        Assert.DoesNotContain("   at ", sidecar.Text(), StringComparison.Ordinal);
        inner.UnixFileMode |= UnixFileMode.UserWrite;
    }

    private static void CreateUnusable(string path, string kind)
    {
        switch (kind)
        {
            case "directory":
                Directory.CreateDirectory(path);
                break;
            case "loop":
                File.CreateSymbolicLink(path, path);
                break;
            case "dangling":
                File.CreateSymbolicLink(path, path + ".missing");
                break;
            default:
                File.WriteAllText(path, kind == "mode" ? "{}" : "not JSON");
                if (!OperatingSystem.IsWindows())
                    File.SetUnixFileMode(path, kind == "mode" ? UnixFileMode.None : UnixFileMode.UserRead);
                break;
        }
    }

    private static async Task<string> FailToStartAsync(string settings)
    {
        using var folder = new TemporaryFolder();
        folder.Write("appsettings.json", settings);
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        await using var upstream = await RecordingUpstream.StartAsync();
        var environment = SidecarProcess.Environment(upstream, tokenEndpoint);
        environment.Remove("Clik2pay__Password");
        if (!settings.Contains("Password", StringComparison.Ordinal))
            environment["Clik2pay__Password"] = Secrets.Password;

        var (exitCode, output) = await SidecarProcess.RunAsync(environment, ["run"], folder.FullName);

        Assert.Equal(2, exitCode);
        Assert.DoesNotContain("canary", output, StringComparison.Ordinal);
        return output;
    }
}
