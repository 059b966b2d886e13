using Clik2pay.Sidecar.Benchmarks.Rig.Servers;

namespace Clik2pay.Sidecar.Benchmarks.Rig.Runs;

/// <summary>A kind of load.</summary>
/// <param name="Name">The name on the command line.</param>
/// <param name="Title">The name in tables.</param>
/// <param name="Path">The path of the requests.</param>
/// <param name="Connections">The number of connections, each with one request at a time.</param>
/// <param name="IsPost">Whether each request is a POST with a body of 1 kB.</param>
/// <param name="MaxPause">
/// Before each request, a connection pauses for a random time of up to this many milliseconds. With pauses, every proxy gets about the
/// same number of requests and the machine is not saturated. Without pauses, latency on a saturated machine mostly shows how long threads
/// wait for a processor.
/// </param>
internal sealed record LoadCase(string Name, string Title, string Path, int Connections, bool IsPost = false, int MaxPause = 0)
{
    public static readonly LoadCase Small1 = new("small-1", "GET of 100 bytes, 1 connection", NginxProvider.SmallPath, 1);
    public static readonly LoadCase Small32 = new("small-32", "GET of 100 bytes, 32 connections", NginxProvider.SmallPath, 32);
    public static readonly LoadCase Small256 = new("small-256", "GET of 100 bytes, 256 connections", NginxProvider.SmallPath, 256);
    public static readonly LoadCase Post256 = new("post-256", "POST of 1 kB, 256 connections", NginxProvider.SmallPath, 256, IsPost: true);
    public static readonly LoadCase Large256 = new("large-256", "GET of 1 MB, 256 connections", NginxProvider.LargePath, 256);

    /// <summary>The loads that the verb <c>load</c> uses by default.</summary>
    public static readonly IReadOnlyList<LoadCase> Defaults =
    [
        Small1,
        Small32,
        new("paced-32", "GET of 100 bytes, 32 connections that pause for 0 to 2 ms", NginxProvider.SmallPath, 32, MaxPause: 2),
        Small256,
        new("post-32", "POST of 1 kB, 32 connections", NginxProvider.SmallPath, 32, IsPost: true),
        new("large-8", "GET of 1 MB, 8 connections", NginxProvider.LargePath, 8),
        new("large-32", "GET of 1 MB, 32 connections", NginxProvider.LargePath, 32),
    ];

    public static IReadOnlyList<LoadCase> All => [.. Defaults, Post256, Large256];

    /// <summary>The size of the body of each response, in bytes.</summary>
    public int ResponseBytes => Path == NginxProvider.LargePath ? NginxProvider.LargeBytes : NginxProvider.SmallBytes;

    /// <returns>The cases with these names, in the order of <see cref="All"/>.</returns>
    public static IReadOnlyList<LoadCase> Select(string[] names) =>
        [.. All.Where(load => names.Contains(load.Name, StringComparer.Ordinal))];
}
