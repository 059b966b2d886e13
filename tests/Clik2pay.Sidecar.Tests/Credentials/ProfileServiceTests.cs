using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Fleet;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tokens;
using Microsoft.Extensions.DependencyInjection;

namespace Clik2pay.Sidecar.Tests.Credentials;

public sealed class ProfileServiceTests
{
    [Fact]
    public async Task If_only_the_wall_clock_advances_the_token_is_replaced_without_a_request()
    {
        var time = new SimulatedTime();
        await using var sidecar = await TestSidecar.StartAsync([], time);
        await sidecar.WaitForTokenAsync("access_token_1");

        var tokens = sidecar.Services.GetRequiredService<Profiles>().All[0].Tokens;

        time.WallStep = TimeSpan.FromMinutes(30);
        time.Advance(TimeSpan.FromSeconds(5));
        await tokens.WaitUntilAsync(() => tokens.History.Runs is [{ Last.Trigger: RefreshTrigger.ClockChange }, ..]);

        Assert.Equal("access_token_2", tokens.Current?.Value);
    }
}
