using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Cli;

/// <summary>Command lines that print the help, the version or an error.</summary>
public sealed class CommandLineTests
{
    private static readonly Dictionary<string, string> NoVariables = [];

    [Fact]
    public async Task Help_names_every_verb()
    {
        var (exitCode, output) = await SidecarProcess.RunAsync(NoVariables, "--help");

        Assert.Equal(0, exitCode);
        string[] verbs = ["run", "demo", "simulate", "check", "wait", "shutdown", "tokens", "--version"];
        Assert.All(verbs, verb => Assert.Contains(verb, output, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Version_prints_a_version_of_three_numbers()
    {
        var (exitCode, output) = await SidecarProcess.RunAsync(NoVariables, "--version");

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
    public async Task If_the_command_line_is_invalid_the_exit_code_is_1_and_the_error_names_the_argument(params string[] arguments)
    {
        var (exitCode, output) = await SidecarProcess.RunAsync(NoVariables, arguments);

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
    [InlineData("demo", "--replicas", "--Clik2pay:Password=canary")]
    [InlineData("wait", "--timeout=--Clik2pay:Password=canary")]
    [InlineData("wait", "--timeout", "--Clik2pay:Password", "canary")]
    [InlineData("simulate", "--Clik2pay:Password", "canary")]
    [InlineData("simulate", "--urls", "--Clik2pay:Password=canary")]
    [InlineData("simulate", "--environment", "--Clik2pay:Password=canary")]
    public async Task A_secret_in_any_notation_on_an_invalid_command_line_is_not_printed(params string[] arguments)
    {
        var (exitCode, output) = await SidecarProcess.RunAsync(NoVariables, arguments);

        Assert.Equal(1, exitCode);
        Assert.DoesNotContain("canary", output, StringComparison.Ordinal);
        var key = arguments.Select(argument => argument[Math.Max(argument.LastIndexOf("--", StringComparison.Ordinal), 0)..])
            .Last(argument => argument.StartsWith("--", StringComparison.Ordinal)).Split('=')[0].Split(":canary")[0];
        Assert.Contains(key, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("--assume: 'search' is not valid. Use list, delete", "--assume", "search")]
    [InlineData("--assume: 'search' is not valid.", "--assume", "list", "--assume", "search")]
    [InlineData("--webhook: 'hook' is not a valid address. Use http://", "--webhook", "hook")]
    [InlineData("--webhook: 'ftp://shop.example/' is not a valid address.", "--webhook", "ftp://shop.example/")]
    [InlineData("set all three or none", "--webhook", "http://127.0.0.1:1/")]
    [InlineData("set all three or none", "--webhook", "http://127.0.0.1:1/", "--webhook-user", "shop")]
    [InlineData("set all three or none", "--webhook-password", "canary")]
    [InlineData("the address contains credentials", "--webhook", "http://shop:canary@127.0.0.1/")]
    [InlineData(
        "must not be empty or contain a colon",
        "--webhook", "http://127.0.0.1:1/", "--webhook-user", "a:b", "--webhook-password", "canary")]
    [InlineData("--urls: 'https://127.0.0.1:1' is not a valid listen address.", "--urls", "https://127.0.0.1:1")]
    [InlineData("--urls: 'http://shop.example:1' is not a valid listen address.", "--urls", "http://shop.example:1")]
    [InlineData("--urls: 'http://127.0.0.1:99999' is not a valid listen address.", "--urls", "http://127.0.0.1:99999")]
    [InlineData("--urls: 'http://127.0.0.1' is not a valid listen address.", "--urls", "http://127.0.0.1")]
    [InlineData("--urls: 'http://unix:/tmp/simulator' is not a valid listen address.", "--urls", "http://unix:/tmp/simulator")]
    [InlineData("--webhook-user: a username must not be empty", "--webhook-user", "")]
    [InlineData("--webhook-password: a password must not be empty.", "--webhook-password", "")]
    [InlineData("'--webhook' expects a single argument", "--webhook", "http://a/", "--webhook", "http://b/")]
    public async Task An_invalid_option_of_the_simulator_gets_exit_code_1_and_an_error(string error, params string[] options)
    {
        var (exitCode, output) = await SidecarProcess.RunAsync(NoVariables, ["simulate", .. options]);

        Assert.Equal(1, exitCode);
        Assert.Contains(error, output, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", output, StringComparison.Ordinal);
    }
}
