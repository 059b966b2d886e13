using Clik2pay.Sidecar.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Clik2pay.Sidecar.Tests.Hosting;

public sealed class StartTests
{
    [Fact]
    public async Task Nothing_runs_in_the_background_but_the_refresh_loop_and_the_server()
    {
        await using var sidecar = await TestSidecar.StartAsync();

        // YARP's data protection would be a third, and write a key ring to the disk.
        Assert.Equal(["GenericWebHostService", "RefreshService"], sidecar.Services.GetServices<IHostedService>().Select(service => service.GetType().Name).Order(StringComparer.Ordinal));
    }
}
