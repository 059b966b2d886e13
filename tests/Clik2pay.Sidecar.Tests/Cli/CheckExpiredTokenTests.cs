using Clik2pay.Sidecar.Cli.Output;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Cli;

public sealed class CheckExpiredTokenTests
{
    [Fact]
    public async Task Check_reports_a_token_that_has_already_expired_as_an_error()
    {
        await using var upstream = await RecordingUpstream.StartAsync();
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        tokenEndpoint.Lifetime = 0;
        var variables = TestSidecar.Defaults(upstream.Address, tokenEndpoint.Address)
            .Where(pair => !pair.Key.StartsWith("ReverseProxy:", StringComparison.Ordinal))
            .ToDictionary(pair => pair.Key.Replace(":", "__", StringComparison.Ordinal), pair => pair.Value!, StringComparer.Ordinal);

        var (exitCode, output) = await SidecarProcess.RunAsync(variables, "check");

        Assert.Equal(ExitCode.TokenEndpointUnreachable, exitCode);
        Assert.Contains(
            $"FAIL  token endpoint  {tokenEndpoint.Address} responded with a token that has already expired",
            output,
            StringComparison.Ordinal);
        Assert.DoesNotContain("ok    credentials", output, StringComparison.Ordinal);
    }
}
