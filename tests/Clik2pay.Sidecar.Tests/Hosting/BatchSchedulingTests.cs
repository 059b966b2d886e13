using System.Globalization;
using System.Net;
using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Hosting;

public sealed class BatchSchedulingTests
{
    /// <summary>The policy of a thread is the 41st field of its state, SCHED_BATCH is 3 (proc_pid_stat(5), sched(7)).</summary>
    [Fact]
    public async Task Threads_that_serve_callers_interrupt_nobody_for_what_arrives()
    {
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        await using var upstream = await RecordingUpstream.StartAsync();
        await using var sidecar = SidecarProcess.Start(SidecarProcess.Environment(upstream, tokenEndpoint), "run");
        using var caller = new HttpClient { BaseAddress = await sidecar.WaitForAddressAsync() };
        Assert.Equal(HttpStatusCode.OK, (await caller.GetAsync("/open/v1/a")).StatusCode);

        var threads = SidecarProcess.ThreadsOf(sidecar.Id).Select(thread => (thread.Name, Policy: int.Parse(thread.Fields[41 - 3], CultureInfo.InvariantCulture))).ToList();
        Assert.Contains((".NET Sockets", 3), threads);
        Assert.Contains((".NET TP Worker", 3), threads);
        Assert.DoesNotContain(threads, thread => thread.Name is ".NET Sockets" or ".NET TP Worker" && thread.Policy != 3);
    }
}
