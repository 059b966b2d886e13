using System.Runtime.InteropServices;

namespace Clik2pay.Sidecar.Benchmarks.Rig;

/// <summary>Publishes the programs to measure.</summary>
internal static class Publisher
{
    private const string ProgramName = "clik2pay-sidecar";

    /// <param name="published">The folder of a published sidecar. If null, the current source is published.</param>
    /// <param name="folder">The folder for a new publication.</param>
    /// <param name="cancellationToken">Stops the publication.</param>
    /// <returns>The path of the program.</returns>
    /// <exception cref="BenchmarkFailure">The folder does not contain the program, or the publication failed.</exception>
    public static async Task<string> PublishSidecarAsync(string? published, TemporaryFolder folder, CancellationToken cancellationToken)
    {
        var target = published is null ? folder.CreateFolder("sidecar") : Path.GetFullPath(published);
        if (published is null)
        {
            var runtime = $"linux-{RuntimeInformation.ProcessArchitecture}".ToLowerInvariant();
            await PublishAsync("src/Clik2pay.Sidecar", target, ["-r", runtime], cancellationToken);
        }

        var program = Path.Combine(target, ProgramName);
        return File.Exists(program) ? program : throw new BenchmarkFailure($"The folder {target} does not contain {ProgramName}.");
    }

    /// <returns>The folder of the published program.</returns>
    public static async Task<string> PublishBareYarpAsync(TemporaryFolder folder, CancellationToken cancellationToken)
    {
        var target = folder.CreateFolder("bare");
        await PublishAsync("tests/Clik2pay.Sidecar.Benchmarks/BareYarp", target, [], cancellationToken);
        return target;
    }

    private static async Task PublishAsync(string project, string folder, string[] options, CancellationToken cancellationToken)
    {
        Progress.Report($"publishing {project}");
        string[] arguments = ["publish", project, "-c", "Release", "-o", folder, "-v", "quiet", .. options];
        await Tool.RunAsync("dotnet", arguments, cancellationToken, Repository.Root);
    }
}
