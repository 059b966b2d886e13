using System.Net;
using Clik2pay.Sidecar.Tests.Cli;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Hosting;

public sealed class StopSignalsTests
{
    [Theory]
    [InlineData(SidecarProcess.HangUp, "")]
    [InlineData(SidecarProcess.HangUp, "TERM")]
    [InlineData(SidecarProcess.Terminate, "")]
    [InlineData(SidecarProcess.Terminate, "TERM")]
    [InlineData(SidecarProcess.Terminate, "HUP")]
    public async Task A_signal_drains_the_sidecar_even_if_its_parent_ignores_signals(int signal, string ignored)
    {
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        await using var upstream = await RecordingUpstream.StartAsync();
        await using var sidecar = Start(ignored, SidecarProcess.Environment(upstream, tokenEndpoint), "run");
        await sidecar.WaitForAddressAsync();

        sidecar.Signal(signal);

        Assert.Equal(0, await sidecar.WaitForExitAsync());
        Assert.Contains("Stopping: ", sidecar.Text(), StringComparison.Ordinal);
        Assert.Contains("Stopped.", sidecar.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task SIGHUP_has_no_effect_on_a_sidecar_that_was_started_with_nohup()
    {
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        await using var upstream = await RecordingUpstream.StartAsync();
        await using var sidecar = SidecarProcess.StartBy(["nohup"], SidecarProcess.Environment(upstream, tokenEndpoint), "run");
        using var caller = await sidecar.WaitForCallerAsync();

        sidecar.Signal(SidecarProcess.HangUp);

        // The kernel discards an ignored signal when it is sent, so the test does not wait.
        Assert.Equal(HttpStatusCode.OK, (await caller.GetAsync("/open/v1/a")).StatusCode);
        sidecar.Signal(SidecarProcess.Terminate);
        Assert.Equal(0, await sidecar.WaitForExitAsync());
    }

    [Theory]
    [InlineData(SidecarProcess.HangUp, "")]
    [InlineData(SidecarProcess.Terminate, "TERM")]
    public async Task A_signal_ends_the_demo_and_the_simulator(int signal, string ignored)
    {
        await using var demo = Start(ignored, [], ["demo", .. DemoPortTests.FreePorts]);
        await using var simulator = Start(ignored, [], "simulate", "--urls", "http://127.0.0.1:0");
        await demo.WaitForLineAsync("Ctrl-C");
        await simulator.WaitForLineAsync("Ctrl-C");

        demo.Signal(signal);
        simulator.Signal(signal);

        Assert.Equal(0, await demo.WaitForExitAsync());
        Assert.Equal(0, await simulator.WaitForExitAsync());
    }

    private static SidecarProcess Start(string ignored, Dictionary<string, string> environment, params string[] arguments) =>
        SidecarProcess.StartBy(ignored.Length == 0 ? [] : Surroundings.Ignoring(ignored), environment, arguments);
}
