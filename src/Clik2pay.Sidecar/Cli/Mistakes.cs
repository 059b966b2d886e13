using System.Net.Sockets;
using System.Security.Cryptography;
using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Cli;

/// <summary>Tells on standard error why a verb could not do its work.</summary>
internal static class Mistakes
{
    /// <summary>A line for each mistake in the configuration.</summary>
    public static async Task<int> TellAsync(IReadOnlyList<string> mistakes)
    {
        foreach (var mistake in mistakes)
            await WriteAsync(mistake);

        if (mistakes.Any(IsOfSetting))
            await WriteAsync("(Environment variables use two underscores instead of the colon: Clik2pay__Environment.)");

        return ExitCode.BadConfiguration;
    }

    /// <summary>The line of a start that failed, if it did, and what to do about it.</summary>
    public static async Task<int> TellStartAsync(string? failure, string remedy)
    {
        if (failure is null)
            return ExitCode.Success;

        await WriteAsync($"{failure.TrimEnd('.')}. {remedy}");
        return ExitCode.BadConfiguration;
    }

    /// <summary>Whether an error comes from the files, addresses or settings of the process. Others are faults of this program.</summary>
    public static bool IsEnvironmental(Exception e) => e is IOException or UnauthorizedAccessException or SocketException
        or ArgumentException or FormatException or InvalidOperationException or NotSupportedException or CryptographicException;

    /// <summary>An error that nothing else explains. Only the system's messages are quoted: others may contain a setting's value.</summary>
    public static async Task<int> TellUnexplainedAsync(Exception e)
    {
        var detail = e is IOException or UnauthorizedAccessException ? $": {e.Message.ReplaceLineEndings(" ").TrimEnd('.')}" : "";
        await WriteAsync($"Unexpected error {e.GetType().Name}{detail}. "
            + "Check the settings, and the files and addresses that are named in the settings.");
        return ExitCode.BadConfiguration;
    }

    private static bool IsOfSetting(string mistake) =>
        SidecarConfiguration.Sections.Any(section =>
            section != RoutesFile.Section && mistake.StartsWith($"{section}:", StringComparison.Ordinal));

    /// <summary>Writes a line to standard error, if that is possible.</summary>
    public static async Task WriteAsync(string line)
    {
        try
        {
            await Console.Error.WriteLineAsync(line);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Standard error is closed or cannot be written to. The exit code remains.
        }
    }
}
