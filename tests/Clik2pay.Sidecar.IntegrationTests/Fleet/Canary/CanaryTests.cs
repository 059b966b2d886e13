using Clik2pay.Sidecar.Tests.Support.Credentials;

namespace Clik2pay.Sidecar.IntegrationTests.Fleet.Canary;

/// <summary>
/// Searches everything that sidecar processes write or expose for secrets. The unit tests have the same search for a sidecar inside the
/// test process.
/// </summary>
[Collection(OneByOne.Name)]
public sealed class CanaryTests
{
    [Fact]
    public async Task Outputs_responses_command_lines_and_Redis_contain_no_secret()
    {
        await using var scenario = await CanaryScenario.StartAsync();
        var evidence = scenario.Evidence;
        using var monitor = await RedisMonitor.StartAsync(scenario.RedisPort, scenario.Secrets.RedisPassword);

        await scenario.ServeRequestsAsync();
        await scenario.ServeWithRefusedCredentialsAsync();
        await scenario.RunCheckAsync();
        await scenario.StartWithErrorsAsync();

        var (raw, decoded) = await monitor.StopAsync();
        evidence.RedisCommands.AddRange([raw, decoded]);
        evidence.AssertComplete();
        var search = new SecretSearch(scenario.Secrets.All);
        var hits = evidence.Find(search);
        Figures.Report($"canary as a process: {search.Secrets} secrets in {search.Forms} forms, searched {evidence}: {hits.Count} hits");
        Assert.Equal([], hits);
    }
}
