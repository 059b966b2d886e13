using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tests.Support;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Clik2pay.Sidecar.Tests.Hosting;

public sealed class StartTests
{
    [Fact]
    public async Task Only_the_expected_background_services_are_registered()
    {
        await using var sidecar = await TestSidecar.StartAsync();

        // The data protection that YARP adds would be another service, and would write keys to the disk.
        Assert.Equal(
            ["Drain", "GenericWebHostService", "LastExport", "ProfileService", "TelemetryHostedService"],
            sidecar.Services.GetServices<IHostedService>().Select(service => service.GetType().Name).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_stop_during_startup_ends_the_startup_without_an_error()
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
