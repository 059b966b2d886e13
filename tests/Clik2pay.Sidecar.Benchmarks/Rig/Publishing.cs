using System.Runtime.InteropServices;
using Clik2pay.Sidecar.Benchmarks.Rig.Results;

namespace Clik2pay.Sidecar.Benchmarks.Rig;

/// <summary>Publishes what is measured, as it is shipped.</summary>
internal static class Publishing
{
    public const string Program = "clik2pay-sidecar";

    /// <param name="given">Where a published sidecar already is; null: it is published first.</param>
    /// <param name="folder">Where to.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The program.</returns>
    public static async Task<string> SidecarAsync(string? given, Folder folder, CancellationToken cancellationToken)
    {
        var published = given is null ? folder.Make("sidecar") : Path.GetFullPath(given);
        if (given is null)
            await PublishAsync("src/Clik2pay.Sidecar", published, ["-r", $"linux-{RuntimeInformation.ProcessArchitecture}".ToLowerInvariant()], cancellationToken);

        var program = Path.Combine(published, Program);
        return File.Exists(program) ? program : throw new BenchmarkFailure($"There is no {Program} in {published}.");
    }

    /// <returns>The folder.</returns>
    public static async Task<string> BareYarpAsync(Folder folder, CancellationToken cancellationToken)
    {
        var published = folder.Make("bare");
        await PublishAsync("tests/Clik2pay.Sidecar.Benchmarks/BareYarp", published, [], cancellationToken);
        return published;
    }

    private static async Task PublishAsync(string project, string folder, IEnumerable<string> options, CancellationToken cancellationToken)
    {
        Progress.Tell($"{project} is published");
        await Tool.RunAsync("dotnet", ["publish", project, "-c", "Release", "-o", folder, "-v", "quiet", .. options], cancellationToken, Repository.Root);
    }
}
