using Clik2pay.Simulator.Cli;

namespace Clik2pay.Sidecar.Tests.Simulator;

public sealed class SimulatorBannerTests
{
    [Theory]
    [InlineData("http://[::]:5080", "http://127.0.0.1:5080")]
    [InlineData("http://0.0.0.0:5080", "http://127.0.0.1:5080")]
    [InlineData("http://127.0.0.1:5080", "http://127.0.0.1:5080")]
    [InlineData("http://[::1]:5080", "http://[::1]:5080")]
    public void The_printed_settings_have_an_address_that_a_client_can_connect_to(string listens, string printed)
    {
        var banner = SimulatorBanner.Write(new() { Url = listens });

        Assert.Contains($"listens on {listens} ", banner, StringComparison.Ordinal);
        Assert.Contains($"export Clik2pay__ApiBaseUrl={printed}\n", banner, StringComparison.Ordinal);
        Assert.Contains($"export Clik2pay__TokenEndpoint={printed}/oauth2/token\n", banner, StringComparison.Ordinal);
    }
}
