using System.Diagnostics;

namespace Clik2pay.Sidecar.Tests.Support.Telemetry;

/// <summary>Prometheus's own tool, which checks the response to a scrape.</summary>
internal static class Promtool
{
    /// <returns>The output of promtool, which is empty if promtool finds no problem.</returns>
    public static async Task<string> CheckMetricsAsync(string text)
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':')
            .Select(folder => Path.Combine(folder, "promtool")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(path is null, "promtool is not installed (Debian: prometheus).");

        using var promtool = Process.Start(new ProcessStartInfo(path!, ["check", "metrics"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        await promtool.StandardInput.WriteAsync(text);
        promtool.StandardInput.Close();
        var output = await promtool.StandardOutput.ReadToEndAsync() + await promtool.StandardError.ReadToEndAsync();
        await promtool.WaitForExitAsync();
        Assert.True(promtool.ExitCode == 0 || output.Length > 0, $"promtool ended with {promtool.ExitCode}.");
        return output;
    }
}
