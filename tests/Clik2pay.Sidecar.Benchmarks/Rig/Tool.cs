using System.Diagnostics;

namespace Clik2pay.Sidecar.Benchmarks.Rig;

/// <summary>Programs of the machine, by their names.</summary>
internal static class Tool
{
    /// <summary>Servers are where a user's PATH does not always lead.</summary>
    private static readonly string[] Folders = [.. (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':'), "/usr/local/sbin", "/usr/sbin", "/sbin"];

    public static string? Find(string name) => Folders.Where(folder => folder.Length > 0).Select(folder => Path.Combine(folder, name)).FirstOrDefault(File.Exists);

    /// <exception cref="BenchmarkFailure">It is not installed.</exception>
    public static string Need(string name) => Find(name) ?? throw new BenchmarkFailure($"{name} is not installed, and without it nothing can be measured.");

    /// <summary>Runs a program to its end.</summary>
    /// <returns>What it said.</returns>
    /// <exception cref="BenchmarkFailure">It failed.</exception>
    public static async Task<string> RunAsync(string name, IEnumerable<string> arguments, CancellationToken cancellationToken, string? folder = null)
    {
        using var process = Process.Start(new ProcessStartInfo(Need(name), arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = folder ?? "" })!;
        try
        {
            var (output, errors) = (process.StandardOutput.ReadToEndAsync(cancellationToken), process.StandardError.ReadToEndAsync(cancellationToken));
            var said = await output + await errors;
            await process.WaitForExitAsync(cancellationToken);
            return process.ExitCode == 0 ? said : throw new BenchmarkFailure($"{name} ended with exit code {process.ExitCode}:\n{said}");
        }
        catch (OperationCanceledException)
        {
            process.Kill();
            throw;
        }
    }
}
