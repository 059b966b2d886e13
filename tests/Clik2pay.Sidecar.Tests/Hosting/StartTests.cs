using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Clik2pay.Sidecar.Tests.Hosting;

public sealed class StartTests
{
    [Fact]
    public async Task There_is_no_other_background_service()
    {
        await using var sidecar = await TestSidecar.StartAsync();

        // YARP's data protection would be another one, and write keys to the disk.
        Assert.Equal(
            ["ClockWatch", "Drain", "GenericWebHostService", "LastExport", "RefreshService", "RotationWatch", "TelemetryHostedService"],
            sidecar.Services.GetServices<IHostedService>().Select(service => service.GetType().Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_signal_during_the_start_ends_it_without_an_error()
    {
        var values = TestSidecar.Defaults("http://127.0.0.1:1", new("http://127.0.0.1:1/oauth2/token"));
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        await using var sidecar = Program.CreateSidecar(configuration, Settings.TryRead(configuration, out _)!);
        var hasStarted = false;

        sidecar.Lifetime.StopApplication();
        var failure = await Hosts.RunAsync(sidecar, () => hasStarted = true, TestContext.Current.CancellationToken);

        Assert.Null(failure);
        Assert.False(hasStarted);
    }
}
