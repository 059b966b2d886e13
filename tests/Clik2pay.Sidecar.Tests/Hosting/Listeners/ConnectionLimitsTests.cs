using Clik2pay.Sidecar.Hosting.Listeners;

namespace Clik2pay.Sidecar.Tests.Hosting.Listeners;

public sealed class ConnectionLimitsTests
{
    [Theory]
    [InlineData(16_384, 1_024, 1_014, 416, 118, 49_226)]
    [InlineData(16_384, 256, 246, 80, 22, 49_226)]
    [InlineData(16_384, 256, 200, 59, 17, 49_272)]
    [InlineData(16_384, 64, 51, 1, 16, 49_229)]
    [InlineData(100, 374, 363, 100, 37, 375)]
    [InlineData(5, 64, 51, 1, 5, 92)]
    public void If_the_limit_of_open_files_is_too_low_callers_get_half_of_the_files_that_administration_and_the_reserve_leave(
        int configured, long limit, long free, int callers, int administration, long needed)
    {
        var limits = ConnectionLimits.Create(configured, (limit, free));

        Assert.Equal((callers, administration), (limits.Callers, limits.Administration));
        Assert.Equal((limit, needed), limits.Shortage);
        Assert.Equal(callers < configured, limits.ReasonFor(limits.Callers).Contains("open files", StringComparison.Ordinal));
        Assert.Equal(administration < configured, limits.ReasonFor(limits.Administration).Contains("open files", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(16_384, 49_226, 49_216)]
    [InlineData(100, 375, 364)]
    public void If_the_limit_of_open_files_is_high_enough_the_setting_applies_to_both_listeners(int configured, long limit, long free) =>
        Assert.Equal(
            new ConnectionLimits(configured, configured, configured, configured, Shortage: null),
            ConnectionLimits.Create(configured, (limit, free)));

    [Theory]
    [InlineData(16_384, 256, 246, 53, 1)]
    [InlineData(16_384, 1_024, 1_014, 277, 5)]
    [InlineData(16_384, 64, 51, 1, 0)]
    [InlineData(16_384, 65_536, 65_526, 16_384, 327)]
    [InlineData(16_384, 1_048_576, 1_048_566, 16_384, 16_384)]
    [InlineData(100, 1_024, 1_014, 100, 13)]
    public void The_connections_that_50_profiles_may_keep_fit_into_the_limit_of_open_files(
        int configured, long limit, long free, int callers, int reusable)
    {
        var limits = ConnectionLimits.Create(configured, (limit, free), profiles: 50);

        Assert.Equal((callers, reusable), (limits.Callers, limits.ReusablePerProfile));
        Assert.InRange((2 * limits.Callers) + limits.Administration + (50 * limits.ReusablePerProfile), 1, Math.Max(free - 48, 18));
    }

    [Fact]
    public void Each_further_listener_takes_one_of_the_open_files() =>
        Assert.Equal(
            ConnectionLimits.Create(16_384, (256, 200)),
            ConnectionLimits.Create(16_384, (256, 204), furtherListeners: 4));

    [Fact]
    public void Without_a_known_limit_the_setting_applies() =>
        Assert.Equal(16_384, ConnectionLimits.Create(16_384, openFiles: null).Callers);
}
