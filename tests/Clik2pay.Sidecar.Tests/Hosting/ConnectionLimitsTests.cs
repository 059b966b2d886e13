using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Hosting;

namespace Clik2pay.Sidecar.Tests.Hosting;

public sealed class ConnectionLimitsTests
{
    [Theory]
    [InlineData(16_384, 1_048_576, 1_048_560, 16_384, 16_384)]
    [InlineData(100, 1_024, 1_010, 100, 100)]
    [InlineData(16_384, 1_024, 1_010, 421, 120)]
    [InlineData(16_384, 256, 243, 85, 24)]
    [InlineData(16_384, 256, 200, 66, 19)]
    [InlineData(16_384, 64, 51, 1, 16)]
    [InlineData(5, 64, 51, 1, 5)]
    public void Callers_get_what_is_wanted_or_half_of_what_administration_and_the_reserve_leave(int wanted, long limit, long free, int callers, int administration)
    {
        var limits = ConnectionLimits.Create(new SidecarOptions { MaxConnections = wanted }, (limit, free));

        Assert.Equal((callers, administration), (limits.Callers, limits.Administration));
        Assert.Equal(callers < wanted ? limit : null, limits.OpenFiles);
    }

    [Fact]
    public void Without_a_known_limit_the_setting_applies() =>
        Assert.Equal(16_384, ConnectionLimits.Create(new SidecarOptions(), openFiles: null).Callers);
}
