using System.Diagnostics;

namespace Clik2pay.Sidecar.Benchmarks.Rig;

/// <summary>Finds and runs installed programs by their names.</summary>
internal static class Tool
{
    /// <summary>PATH, and the folders of servers, which are not in every user's PATH.</summary>
    private static readonly string[] Folders =
        [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/local/sbin", "/usr/sbin", "/sbin"];

    /// <returns>The path of the program, or null if it is not installed.</returns>
    public static string? Find(string name) =>
        Folders.Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <exception cref="BenchmarkFailure">The program is not installed.</exception>
    public static string Require(string name) => Find(name) ?? throw new BenchmarkFailure($"{name} is required but not installed.");

    /// <summary>Runs a program and waits until it exits.</summary>
    /// <returns>Its standard output, followed by its standard error.</returns>
    /// <exception cref="BenchmarkFailure">The program is not installed, or its exit code is not 0.</exception>
    public static async Task<string> RunAsync(
        string name, IEnumerable<string> arguments, CancellationToken cancellationToken, string? folder = null)
    {
        var start = new ProcessStartInfo(Require(name), arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = folder ?? "",
        };
        using var process = Process.Start(start)!;
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var errors = process.StandardError.ReadToEndAsync(cancellationToken);
            var text = await output + await errors;
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0 ? text : throw new BenchmarkFailure($"{name} failed with exit code {process.ExitCode}:\n{text}");
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }
}
