namespace Clik2pay.Sidecar.Benchmarks.Rig.Runs;

/// <summary>Measures several proxies in rounds. Each round measures every proxy once and starts with another one.</summary>
internal static class Rounds
{
    public static async Task RunAsync<T>(IReadOnlyList<T> proxies, int rounds, Func<T, Task> measure)
    {
        for (var round = 0; round < rounds; round++)
        {
            Progress.Report($"round {round + 1} of {rounds}");
            for (var i = 0; i < proxies.Count; i++)
                await measure(proxies[(round + i) % proxies.Count]);
        }
    }
}
