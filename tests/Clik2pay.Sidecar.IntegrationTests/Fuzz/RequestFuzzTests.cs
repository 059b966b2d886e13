using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Fleet;
using Clik2pay.Sidecar.IntegrationTests.Fuzz.Requests;
using Clik2pay.Sidecar.IntegrationTests.Fuzz.Runs;
using Clik2pay.Sidecar.IntegrationTests.Support;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz;

/// <summary>Sends generated requests and compares what the caller sent with what a strict provider received.</summary>
[Collection(OneByOne.Name)]
public sealed class RequestFuzzTests
{
    private const int Callers = 8;
    private const int ScriptsPerBatch = 2_000;

    [Fact]
    public async Task Only_well_formed_requests_are_forwarded_and_each_arrives_unchanged_and_gets_its_own_response()
    {
        var requests = 0;
        var (findings, tally, memory) = (new Findings(), new StatusTally(), new MemoryWatch());
        var arrivals = new Arrivals(findings);
        await using var upstream = new StrictUpstream(findings, arrivals);
        await using var sidecar = await FuzzSidecar.StartAsync(upstream.Address, findings);
        var callers = Enumerable.Range(0, Callers).Select(_ => new RequestCaller(sidecar.Address, arrivals, findings, tally)).ToList();
        var (startedAt, cpu) = (SystemDefaults.Time.GetTimestamp(), Environment.CpuUsage.TotalTime);

        await RunAsync(callers, [.. Corpus.Read("requests").Select(RequestScript.OfCorpus)]);
        arrivals.Check();
        var count = LongTests.Repeats(many: 1_000_000, few: 50_000);
        for (var next = 0; requests < count; next += ScriptsPerBatch)
        {
            var batch = Enumerable.Range(next, ScriptsPerBatch).Select(RequestGenerator.Create).ToList();
            await RunAsync(callers, batch);
            arrivals.Check();
            memory.Sample();
            requests += batch.Sum(script => script.Count);
        }

        var (elapsed, used) = (SystemDefaults.Time.GetElapsedTime(startedAt), Environment.CpuUsage.TotalTime - cpu);
        callers.ForEach(caller => caller.Dispose());
        var (seconds, cpuSeconds) = (elapsed.TotalSeconds, used.TotalSeconds);
        Figures.Report(
            $"{requests} generated requests in {seconds:0} s ({cpuSeconds:0} s of CPU time), {arrivals.Count} arrived: {tally}");
        memory.Report("Generated requests");
        findings.AssertNone();
        memory.AssertFlat();
    }

    private static async Task RunAsync(List<RequestCaller> callers, List<RequestScript> scripts)
    {
        var next = -1;
        await Task.WhenAll(callers.Select(caller => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var i && i < scripts.Count)
                await caller.RunAsync(scripts[i]);
        })));
    }
}
