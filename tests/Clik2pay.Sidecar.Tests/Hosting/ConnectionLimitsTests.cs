using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Hosting;

namespace Clik2pay.Sidecar.Tests.Hosting;

public sealed class ConnectionLimitsTests
{
    [Theory]
    [InlineData(16_384, 1_024, 1_010, 421, 120, 49_214)]
    [InlineData(16_384, 256, 243, 85, 24, 49_213)]
    [InlineData(16_384, 256, 200, 66, 19, 49_256)]
    [InlineData(16_384, 64, 51, 1, 16, 49_213)]
    [InlineData(100, 358, 347, 100, 37, 359)]
    [InlineData(5, 64, 51, 1, 5, 76)]
    public void Where_the_limit_of_open_files_is_too_low_callers_get_half_of_what_administration_and_the_reserve_leave(
        int configured, long limit, long free, int callers, int administration, long needed)
    {
        var limits = ConnectionLimits.Create(new SidecarOptions { MaxConnections = configured }, (limit, free));

        Assert.Equal((callers, administration), (limits.Callers, limits.Administration));
        Assert.Equal((limit, needed), limits.Shortage);
        Assert.Equal(callers < configured, limits.ReasonFor(limits.Callers).Contains("open files", StringComparison.Ordinal));
        Assert.Equal(administration < configured, limits.ReasonFor(limits.Administration).Contains("open files", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(16_384, 49_214, 49_200)]
    [InlineData(100, 359, 348)]
    public void Where_the_limit_of_open_files_is_high_enough_the_setting_applies_to_both_listeners(int configured, long limit, long free) =>
        Assert.Equal(
            new ConnectionLimits(configured, configured, configured, Shortage: null),
            ConnectionLimits.Create(new SidecarOptions { MaxConnections = configured }, (limit, free)));

    [Fact]
    public void Without_a_known_limit_the_setting_applies() =>
        Assert.Equal(16_384, ConnectionLimits.Create(new SidecarOptions(), openFiles: null).Callers);
}
