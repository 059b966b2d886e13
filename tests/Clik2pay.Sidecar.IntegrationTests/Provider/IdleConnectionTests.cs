using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support.Network;

namespace Clik2pay.Sidecar.IntegrationTests.Provider;

public sealed class IdleConnectionTests
{
    /// <summary>
    /// The time after which many load balancers close an idle connection. A request that is sent at that moment gets no response.
    /// </summary>
    private static readonly TimeSpan LoadBalancerTimeout = TimeSpan.FromSeconds(60);

    [Lesson("the server closed idle connections at 60 s, and requests sent then got 502: aws-sigv4-proxy#72")]
    [Fact]
    public async Task The_sidecar_closes_an_idle_connection_well_before_60_s()
    {
        var closed = new TaskCompletionSource<TimeSpan>();
        await using var upstream = new ScriptedUpstream(async connection =>
        {
            await connection.ReadRequestAsync();
            await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
            var start = SystemDefaults.Time.GetTimestamp();
            Assert.Null(await connection.ReadRequestAsync());
            closed.SetResult(SystemDefaults.Time.GetElapsedTime(start));
        });
        await using var sidecar = await TestSidecar.StartAsync([("Clik2pay:ApiBaseUrl", upstream.Address)]);

        await sidecar.Caller.PostAsync("/open/v1/a", new StringContent("{}"));
        var idle = await closed.Task.WaitAsync(LoadBalancerTimeout);

        Figures.Report($"an idle connection to the provider is closed after {idle.TotalSeconds:0} s");
        Assert.InRange(idle, TimeSpan.FromSeconds(20), LoadBalancerTimeout - TimeSpan.FromSeconds(10));
    }
}
