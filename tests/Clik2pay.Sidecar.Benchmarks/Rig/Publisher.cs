using System.Runtime.InteropServices;

namespace Clik2pay.Sidecar.Benchmarks.Rig;

/// <summary>Publishes the programs to measure. A native program is published for the runtime of this machine.</summary>
internal static class Publisher
{
    private const string Benchmarks = "tests/Clik2pay.Sidecar.Benchmarks";

    private static string Runtime => $"linux-{RuntimeInformation.ProcessArchitecture}".ToLowerInvariant();

    /// <param name="published">The folder of a published sidecar. If null, the current source is published.</param>
    /// <param name="folder">The folder in which a new folder for the published program is created.</param>
    /// <param name="cancellationToken">Stops the publication.</param>
    /// <returns>The path of the program.</returns>
    /// <exception cref="BenchmarkFailure">The folder does not contain the program, or the publication failed.</exception>
    public static Task<string> PublishSidecarAsync(string? published, TemporaryFolder folder, CancellationToken cancellationToken) =>
        PublishAsync("src/Clik2pay.Sidecar", "clik2pay-sidecar", published, folder, ["-r", Runtime], cancellationToken);

    /// <inheritdoc cref="PublishSidecarAsync"/>
    public static Task<string> PublishBareYarpAsync(TemporaryFolder folder, CancellationToken cancellationToken) =>
        PublishAsync($"{Benchmarks}/BareYarp", "BareYarp", published: null, folder, [], cancellationToken);

    /// <inheritdoc cref="PublishSidecarAsync"/>
    public static Task<string> PublishNativeBareYarpAsync(string? published, TemporaryFolder folder, CancellationToken cancellationToken) =>
        PublishAsync($"{Benchmarks}/BareYarp", "BareYarp", published, folder, ["-r", Runtime], cancellationToken);

    /// <inheritdoc cref="PublishSidecarAsync"/>
    public static Task<string> PublishBoundsAsync(string? published, TemporaryFolder folder, CancellationToken cancellationToken) =>
        PublishAsync($"{Benchmarks}/Bounds", "Bounds", published, folder, ["-r", Runtime], cancellationToken);

    private static async Task<string> PublishAsync(
        string project,
        string programName,
        string? published,
        TemporaryFolder folder,
        string[] options,
        CancellationToken cancellationToken)
    {
        var target = published is null ? "" : Path.GetFullPath(published);
        if (published is null)
        {
            target = folder.CreateFolder(options.Length == 0 ? programName : $"{programName}-native");
            Progress.Report($"publishing {project}");
            string[] arguments = ["publish", project, "-c", "Release", "-o", target, "-v", "quiet", .. options];
            await Tool.RunAsync("dotnet", arguments, cancellationToken, Repository.Root);
        }

        var program = Path.Combine(target, programName);
        return File.Exists(program) ? program : throw new BenchmarkFailure($"The folder {target} does not contain {programName}.");
    }
}
