namespace Clik2pay.Sidecar.Benchmarks.Rig.Runs;

/// <summary>
/// Measures several proxies in rounds. In each round, all proxies run one load in turn before the next load begins, so the runs that are
/// compared are close in time. Each round starts with a different proxy.
/// </summary>
internal static class Rounds
{
    public static async Task RunAsync<TProxy, TLoad>(
        IReadOnlyList<TProxy> proxies, IReadOnlyList<TLoad> loads, int rounds, Func<TProxy, TLoad, Task> measure)
    {
        for (var round = 0; round < rounds; round++)
        {
            Progress.Report($"round {round + 1} of {rounds}");
            foreach (var load in loads)
            {
                for (var i = 0; i < proxies.Count; i++)
                    await measure(proxies[(round + i) % proxies.Count], load);
            }
        }
    }
}
