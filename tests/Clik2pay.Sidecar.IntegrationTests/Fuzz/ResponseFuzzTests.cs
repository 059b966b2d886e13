using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Fleet;
using Clik2pay.Sidecar.IntegrationTests.Fuzz.Responses;
using Clik2pay.Sidecar.IntegrationTests.Fuzz.Runs;
using Clik2pay.Sidecar.IntegrationTests.Support;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz;

/// <summary>Compares generated responses, and the valid responses after them, with what the caller receives.</summary>
[Collection(OneByOne.Name)]
public sealed class ResponseFuzzTests
{
    private const int Callers = 8;
    private const int Batches = 10;

    [Fact]
    public async Task A_valid_response_is_forwarded_unchanged_and_no_response_contains_bytes_of_another()
    {
        var (findings, tally, memory) = (new Findings(), new StatusTally(), new MemoryWatch());
        await using var provider = new ScriptedProvider();
        await using var sidecar = await FuzzSidecar.StartAsync(provider.Address, findings);
        var callers = Enumerable.Range(0, Callers).Select(_ => new ResponseCaller(sidecar.Address, provider, findings, tally)).ToList();
        var (startedAt, cpu) = (SystemDefaults.Time.GetTimestamp(), Environment.CpuUsage.TotalTime);

        await RunAsync(callers, [.. Corpus.Read("responses").Select(ResponseScript.OfCorpus)]);
        var count = LongTests.Repeats(many: 100_000, few: 5_000);
        for (var next = 0; next < count; next += count / Batches)
        {
            await RunAsync(callers, [.. Enumerable.Range(next, count / Batches).Select(ResponseGenerator.Create)]);
            memory.Sample();
        }

        var (elapsed, used) = (SystemDefaults.Time.GetElapsedTime(startedAt), Environment.CpuUsage.TotalTime - cpu);
        callers.ForEach(caller => caller.Dispose());
        Figures.Report(
            $"{count} generated responses in {elapsed.TotalSeconds:0} s ({used.TotalSeconds:0} s of CPU time): callers got {tally}");
        memory.Report("Generated responses");
        findings.AssertNone();
        memory.AssertFlat();
    }

    private static async Task RunAsync(List<ResponseCaller> callers, List<ResponseScript> scripts)
    {
        var next = -1;
        await Task.WhenAll(callers.Select(caller => Task.Run(async () =>
        {
            while (Interlocked.Increment(ref next) is var i && i < scripts.Count)
                await caller.RunAsync(scripts[i]);
        })));
    }
}
