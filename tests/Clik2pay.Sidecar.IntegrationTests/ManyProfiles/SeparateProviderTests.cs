namespace Clik2pay.Sidecar.IntegrationTests.ManyProfiles;

/// <summary>Profiles of two environments in one process.</summary>
public sealed class SeparateProviderTests
{
    private const int CallsEach = 100;

    [Fact]
    public async Task Requests_and_token_calls_of_one_environment_never_reach_the_other()
    {
        await using var sandbox = await MerchantServers.StartAsync(["sandbox"]);
        await using var production = await MerchantServers.StartAsync(["production"]);
        await using var sidecar = await sandbox.StartSidecarAsync([.. sandbox.Settings(), .. production.Settings()]);

        var responses = await Task.WhenAll(Enumerable.Range(0, 2 * CallsEach).Select(number =>
            MerchantServers.CallAsync(sidecar, number % 2 == 0 ? "sandbox" : "production", isPost: number % 4 < 2)));

        Assert.Equal(
            Enumerable.Range(0, 2 * CallsEach).Select(number => number % 2 == 0 ? "200 sandbox" : "200 production"), responses);
        Assert.Equal((CallsEach, CallsEach), (sandbox.Merchants.Requests, production.Merchants.Requests));
        Assert.Equal((1, 1), (sandbox.TokenEndpoint.Calls, production.TokenEndpoint.Calls));
        Assert.Empty(sandbox.Merchants.Violations);
        Assert.Empty(production.Merchants.Violations);
    }
}
