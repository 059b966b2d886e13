using System.ComponentModel;
using System.Diagnostics;

namespace Clik2pay.Sidecar.IntegrationTests.Support;

/// <summary>Runs installed programs and waits until they exit.</summary>
internal static class Tool
{
    /// <returns>The exit code and the output. The exit code is -1 if the program cannot be started.</returns>
    public static async Task<(int ExitCode, string Output)> TryRunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false,
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        try
        {
            using var process = Process.Start(start)!;
            var output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
            await process.WaitForExitAsync();
            return (process.ExitCode, string.Concat(output));
        }
        catch (Win32Exception e)
        {
            return (-1, e.Message);
        }
    }
}
