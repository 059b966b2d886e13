using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support.Network;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.IntegrationTests.Fleet;

/// <summary>As a Deployment replaces its pods.</summary>
[Collection(OneByOne.Name)]
public sealed class RollingRestartTests
{
    private const int Replicas = 3;

    [Lesson("the proxy died before the application: awslabs/aws-sigv4-proxy#62, GoogleCloudPlatform/cloud-sql-proxy#1640")]
    [Fact]
    public async Task Three_replicas_are_replaced_one_after_the_other_under_load_and_no_request_fails()
    {
        await using var upstream = await RecordingUpstream.StartAsync();
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        var number = 0;
        upstream.Instead = async context =>
        {
            // One of fifty takes longer than the whole drain.
            if (Interlocked.Increment(ref number) % 50 == 0)
                await Task.Delay(TimeSpan.FromSeconds(2), SystemDefaults.Time, context.RequestAborted);
        };

        var replicas = new List<SidecarProcess>();
        try
        {
            await using var balancer = new Balancer();
            for (var i = 0; i < Replicas; i++)
            {
                replicas.Add(Start());
                await balancer.AddAsync(replicas[^1]);
            }

            balancer.StartCallers(24);
            for (var i = 0; i < Replicas; i++)
            {
                // As a Deployment does it: the successor first.
                replicas.Add(Start());
                await balancer.AddAsync(replicas[^1]);
                replicas[i].Signal(SidecarProcess.Terminate);
                Assert.Equal(0, await replicas[i].WaitForExitAsync());
                Assert.DoesNotContain("did not end", replicas[i].Text(), StringComparison.Ordinal);
            }

            Figures.Report($"rolling restart of {Replicas} replicas under load: {balancer.Failures.Count} of {balancer.Succeeded + balancer.Failures.Count} requests failed");
            Assert.Empty(balancer.Failures);
            Assert.True(balancer.Succeeded > 100);
        }
        finally
        {
            foreach (var replica in replicas)
                await replica.DisposeAsync();
        }

        SidecarProcess Start() => SidecarProcess.Start(SidecarProcess.Environment(upstream, tokenEndpoint, ("Sidecar:DrainSeconds", "1")), "run");
    }
}
