using Clik2pay.Sidecar.Benchmarks.Rig.Servers;

namespace Clik2pay.Sidecar.Benchmarks.Rig.Results;

/// <summary>A kind of load.</summary>
/// <param name="Name">What it is chosen by.</param>
/// <param name="Title">What it is, for people.</param>
/// <param name="Path">What is called.</param>
/// <param name="Connections">How many callers do nothing else at the same time.</param>
/// <param name="IsPost">Whether each request has a body of 1 kB.</param>
/// <param name="LongestPause">In milliseconds. A caller pauses for up to this, by chance, before a request: then all proxies have about as many, and the
/// machine has time for each of them. Without pauses the fastest has the most, and on a machine that is full figures of latency tell who waits for whom.</param>
internal sealed record LoadCase(string Name, string Title, string Path, int Connections, bool IsPost = false, int LongestPause = 0)
{
    public static readonly LoadCase Small1 = new("small-1", "GET of 100 bytes, 1 connection", NginxProvider.Small, 1);
    public static readonly LoadCase Small32 = new("small-32", "GET of 100 bytes, 32 connections", NginxProvider.Small, 32);

    public static readonly IReadOnlyList<LoadCase> All =
    [
        Small1,
        Small32,
        new("paced-32", "GET of 100 bytes, 32 connections that pause for 0 to 2 ms", NginxProvider.Small, 32, LongestPause: 2),
        new("small-256", "GET of 100 bytes, 256 connections", NginxProvider.Small, 256),
        new("post-32", "POST of 1 kB, 32 connections", NginxProvider.Small, 32, IsPost: true),
        new("large-8", "GET of 1 MB, 8 connections", NginxProvider.Large, 8),
        new("large-32", "GET of 1 MB, 32 connections", NginxProvider.Large, 32),
    ];
}
