using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Cli;

/// <summary>The verb <c>check</c>.</summary>
public sealed class CheckVerbTests
{
    [Fact]
    public async Task If_everything_works_check_reports_each_step_and_exits_with_0()
    {
        await using var simulator = SimulatorProcess.Start();

        var (exitCode, output) = await SidecarProcess.RunAsync(await SimulatorProcess.ReadVariablesAsync(simulator), "check");

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
    [InlineData("Clik2pay__ApiBaseUrl", "http://127.0.0.1:1", 6,
        "FAIL  API             http://127.0.0.1:1/ could not be reached: the connection was refused")]
    [InlineData("Clik2pay__ApiKey", "", 2, "Clik2pay:ApiKey")]
    [InlineData("ReverseProxy__Routes__other__ClusterId", "nowhere", 2, "'nowhere'")]
    [InlineData("Logging__LogLevel__Default", "Verbose", 2, "Logging:LogLevel:Default")]
    public async Task Each_failure_is_reported_with_its_exit_code_and_reason(string name, string value, int expected, string reason)
    {
        await using var simulator = SimulatorProcess.Start();
        var variables = await SimulatorProcess.ReadVariablesAsync(simulator);
        variables[name] = value;

        var (exitCode, output) = await SidecarProcess.RunAsync(variables, "check");

        Assert.Equal(expected, exitCode);
        Assert.Contains(reason, output, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", output, StringComparison.Ordinal);
    }
}
