using System.Diagnostics;

namespace Clik2pay.Sidecar.Tests.Support.Telemetry;

/// <summary>Prometheus's own judge of what is exposed.</summary>
internal static class Promtool
{
    /// <returns>All that it has to say: nothing when all is well.</returns>
    public static async Task<string> CheckMetricsAsync(string text)
    {
        var path = (Environment.GetEnvironmentVariable("PATH") ?? "").Split(':').Select(folder => Path.Combine(folder, "promtool")).FirstOrDefault(File.Exists);
        Assert.SkipWhen(path is null, "promtool is not installed (Debian: prometheus).");

        using var promtool = Process.Start(new ProcessStartInfo(path!, ["check", "metrics"]) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true })!;
        await promtool.StandardInput.WriteAsync(text);
        promtool.StandardInput.Close();
        var said = await promtool.StandardOutput.ReadToEndAsync() + await promtool.StandardError.ReadToEndAsync();
        await promtool.WaitForExitAsync();
        Assert.True(promtool.ExitCode == 0 || said.Length > 0, $"promtool ended with {promtool.ExitCode}.");
        return said;
    }
}
