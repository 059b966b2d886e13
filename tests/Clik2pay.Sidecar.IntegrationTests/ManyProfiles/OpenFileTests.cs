using System.Net;
using Clik2pay.Sidecar.IntegrationTests.Fleet;

namespace Clik2pay.Sidecar.IntegrationTests.ManyProfiles;

/// <summary>The limit of open files applies to all profiles together.</summary>
[Collection(OneByOne.Name)]
public sealed class OpenFileTests
{
    private const int Callers = 20;

    [Fact]
    public async Task Idle_connections_of_50_profiles_do_not_need_more_than_a_low_limit_of_open_files()
    {
        await using var servers = await MerchantServers.StartAsync(MerchantServers.FiftyNames);
        var merchants = servers.Merchants;

        // Each wave has its connections open at the same time.
        var arrived = 0;
        var wave = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        servers.Api.RespondUnrecorded = async context =>
        {
            var current = wave;
            if (Interlocked.Increment(ref arrived) == Callers)
                current.SetResult();
            await current.Task;
            await merchants.RespondAsync(context);
        };

        // A program that is not published has about 200 more files open.
        var limit = SidecarProcess.IsPublished ? 256 : 512;
        var environment = SidecarProcess.Environment(
            servers.Api, servers.TokenEndpoint, servers.Settings().Select(setting => (setting.Key, setting.Value!)));
        foreach (var variable in environment.Keys.Where(name => name.StartsWith("Clik2pay__", StringComparison.Ordinal)).ToList())
            environment.Remove(variable);
        environment["Sidecar__ReadyWhen"] = "All";
        await using var program = SidecarProcess.StartBy(["prlimit", $"--nofile={limit}:{limit}"], environment, "run");
        using var caller = await program.WaitForCallerAsync();

        var statuses = new List<HttpStatusCode>();
        foreach (var name in merchants.Names)
        {
            (arrived, wave) = (0, new(TaskCreationOptions.RunContinuationsAsynchronously));
            statuses.AddRange(await Task.WhenAll(Enumerable.Range(0, Callers).Select(_ => CallAsync(caller, name))));
        }

        Assert.Equal(50 * Callers, statuses.Count);
        Assert.All(statuses, status => Assert.Equal(HttpStatusCode.OK, status));
        Assert.Empty(merchants.Violations);
    }

    private static async Task<HttpStatusCode> CallAsync(HttpClient caller, string name)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, ManyMerchants.PathOf(name)) { Content = new StringContent("{}") };
        request.Headers.Add("Clik2pay-Sidecar-Profile", name);
        using var response = await caller.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }
}
