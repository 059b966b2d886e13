using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Clik2pay.Sidecar.Tests.Hosting;

public sealed class StartTests
{
    [Fact]
    public async Task Nothing_runs_in_the_background_but_the_refresh_loop_its_watches_the_server_and_telemetry()
    {
        await using var sidecar = await TestSidecar.StartAsync();

        // YARP's data protection would be one more, and write a key ring to the disk.
        Assert.Equal(
            ["ClockWatch", "Drain", "GenericWebHostService", "LastExport", "RefreshService", "RotationWatch", "TelemetryHostedService"],
            sidecar.Services.GetServices<IHostedService>().Select(service => service.GetType().Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_signal_that_comes_during_the_start_is_a_clean_end()
    {
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(TestSidecar.Defaults("http://127.0.0.1:1", new("http://127.0.0.1:1/oauth2/token"))).Build();
        await using var sidecar = Program.CreateSidecar(configuration, Settings.TryRead(configuration, out _)!);
        var hasStarted = false;

        sidecar.Lifetime.StopApplication();
        var failure = await Hosts.RunAsync(sidecar, () => hasStarted = true, TestContext.Current.CancellationToken);

        Assert.Null(failure);
        Assert.False(hasStarted);
    }
}
