namespace Clik2pay.Sidecar.Benchmarks.Rig.Results;

/// <summary>The order in which several are measured: in each round each has its turn, and each begins as often as each other one.</summary>
internal static class Turns
{
    public static async Task TakeAsync<T>(IReadOnlyList<T> all, int rounds, Func<T, Task> measure)
    {
        for (var round = 0; round < rounds; round++)
        {
            Progress.Tell($"round {round + 1} of {rounds}");
            for (var i = 0; i < all.Count; i++)
                await measure(all[(round + i) % all.Count]);
        }
    }
}
