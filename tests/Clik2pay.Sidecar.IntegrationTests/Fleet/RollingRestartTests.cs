using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support.Network;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.IntegrationTests.Fleet;

/// <summary>Replicas are replaced one by one, as a Kubernetes Deployment does.</summary>
[Collection(OneByOne.Name)]
public sealed class RollingRestartTests
{
    private const int Replicas = 3;

    [Lesson("the proxy died before the application: awslabs/aws-sigv4-proxy#62, GoogleCloudPlatform/cloud-sql-proxy#1640")]
    [Fact]
    public async Task During_a_rolling_restart_of_three_replicas_under_load_no_request_fails()
    {
        await using var upstream = await RecordingUpstream.StartAsync();
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        var number = 0;
        upstream.RespondUnrecorded = async context =>
        {
            // One of 50 responses takes longer than the drain time.
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
                // The new replica starts before the old one stops.
                replicas.Add(Start());
                await balancer.AddAsync(replicas[^1]);
                replicas[i].Signal(SidecarProcess.Terminate);
                Assert.Equal(0, await replicas[i].WaitForExitAsync());
                Assert.DoesNotContain("did not end", replicas[i].Text(), StringComparison.Ordinal);
            }

            var (failed, total) = (balancer.Failures.Count, balancer.Succeeded + balancer.Failures.Count);
            Figures.Report($"rolling restart of {Replicas} replicas under load: {failed} of {total} requests failed");
            Assert.Empty(balancer.Failures);
            Assert.True(balancer.Succeeded > 100);
        }
        finally
        {
            foreach (var replica in replicas)
                await replica.DisposeAsync();
        }

        SidecarProcess Start() =>
            SidecarProcess.Start(SidecarProcess.Environment(upstream, tokenEndpoint, ("Sidecar:DrainSeconds", "1")), "run");
    }
}
