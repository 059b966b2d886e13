using System.Globalization;
using System.Net;
using Clik2pay.Sidecar.Tests.Cli;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Hosting;

public sealed class BatchSchedulingTests : IAsyncDisposable
{
    private const int Usual = 0;
    private const int Batch = 3;

    private RecordingUpstream upstream = null!;
    private FakeTokenEndpoint tokenEndpoint = null!;

    public async ValueTask DisposeAsync()
    {
        if (upstream is not null)
            await upstream.DisposeAsync();
        if (tokenEndpoint is not null)
            await tokenEndpoint.DisposeAsync();
    }

    [Fact]
    public async Task With_BatchScheduling_every_thread_has_the_batch_policy()
    {
        Assert.SkipUnless(SidecarProcess.IsPublished, "Without ahead-of-time compilation, .NET resets the policy of new threads.");
        await using var sidecar = await StartAsync([], ("Sidecar:BatchScheduling", "true"));

        Assert.Equal(HttpStatusCode.OK, await CallAsync(sidecar));

        var threads = PoliciesOf(sidecar);
        Assert.Contains((".NET Sockets", Batch), threads);
        Assert.Contains((".NET TP Worker", Batch), threads);
        Assert.DoesNotContain(threads, thread => thread.Policy != Batch);
    }

    [Fact]
    public async Task By_default_every_thread_has_the_usual_policy()
    {
        await using var sidecar = await StartAsync([]);

        Assert.Equal(HttpStatusCode.OK, await CallAsync(sidecar));

        Assert.DoesNotContain(PoliciesOf(sidecar), thread => thread.Policy != Usual);
    }

    [Fact]
    public async Task If_the_policy_is_refused_the_sidecar_logs_the_refusal_and_runs_with_the_usual_policy()
    {
        await using var sidecar = await StartAsync(
            Surroundings.FailingSystemCall("sched_setscheduler", Surroundings.NotPermitted), ("Sidecar:BatchScheduling", "true"));

        await sidecar.WaitForLineAsync("refused the scheduling policy SCHED_BATCH (Sidecar:BatchScheduling)");
        Assert.Equal(HttpStatusCode.OK, await CallAsync(sidecar));

        Assert.DoesNotContain(PoliciesOf(sidecar), thread => thread.Policy != Usual);
    }

    [Fact]
    public async Task The_demo_ignores_BatchScheduling()
    {
        var variables = new Dictionary<string, string> { ["Sidecar__BatchScheduling"] = "true" };
        await using var demo = SidecarProcess.Start(variables, ["demo", .. DemoPortTests.FreePorts]);

        await demo.WaitForLineAsync("Ctrl-C");

        Assert.DoesNotContain(PoliciesOf(demo), thread => thread.Policy != Usual);
    }

    private async Task<SidecarProcess> StartAsync(string[] command, params (string Key, string Value)[] settings)
    {
        upstream = await RecordingUpstream.StartAsync();
        tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        return SidecarProcess.StartBy(command, SidecarProcess.Environment(upstream, tokenEndpoint, settings), "run");
    }

    private static async Task<HttpStatusCode> CallAsync(SidecarProcess sidecar)
    {
        using var caller = await sidecar.WaitForCallerAsync();
        return (await caller.GetAsync("/open/v1/a")).StatusCode;
    }

    /// <summary>The policy of a thread is the 41st field of its state. SCHED_BATCH is 3 (proc_pid_stat(5), sched(7)).</summary>
    private static List<(string Name, int Policy)> PoliciesOf(SidecarProcess sidecar) =>
    [
        .. SidecarProcess.ThreadsOf(sidecar.Id)
            .Select(thread => (thread.Name, int.Parse(thread.Fields[41 - 3], CultureInfo.InvariantCulture))),
    ];
}
