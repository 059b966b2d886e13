using System.Net.Sockets;
using System.Security.Cryptography;
using Clik2pay.Sidecar.Requests.Routes;

namespace Clik2pay.Sidecar.Cli.Output;

/// <summary>Writes the errors of a verb to standard error.</summary>
internal static class ErrorOutput
{
    /// <summary>Writes a line for each error in the configuration.</summary>
    public static async Task<int> ReportAsync(IReadOnlyList<string> errors)
    {
        foreach (var error in errors)
            await WriteAsync(error);

        if (errors.Any(NamesSetting))
            await WriteAsync("(Environment variables use two underscores instead of the colon: Clik2pay__Environment.)");

        return ExitCode.BadConfiguration;
    }

    /// <summary>Writes why the start failed and what to do. Writes nothing if there was no failure.</summary>
    public static async Task<int> ReportStartAsync(string? failure, string remedy)
    {
        if (failure is null)
            return ExitCode.Success;

        await WriteAsync($"{failure} {remedy}");
        return ExitCode.BadConfiguration;
    }

    /// <summary>Whether a file, an address or a setting can cause the error. All other errors are bugs.</summary>
    public static bool IsEnvironmental(Exception e) => e is IOException or UnauthorizedAccessException or SocketException
        or ArgumentException or FormatException or InvalidOperationException or NotSupportedException or CryptographicException;

    /// <summary>Reports an unexpected error. Quotes only messages of the operating system, because others may contain a secret.</summary>
    public static async Task<int> ReportUnexpectedAsync(Exception e)
    {
        var detail = e is IOException or UnauthorizedAccessException ? $": {e.Message.ReplaceLineEndings(" ").TrimEnd('.')}" : "";
        await WriteAsync($"Unexpected error {e.GetType().Name}{detail}. "
            + "Check the settings, and the files and addresses that they name.");
        return ExitCode.BadConfiguration;
    }

    private static bool NamesSetting(string error) =>
        SidecarConfiguration.Sections.Any(section =>
            section != RoutesFile.Section && error.StartsWith($"{section}:", StringComparison.Ordinal));

    /// <summary>Writes a line to standard error, if that is possible.</summary>
    public static async Task WriteAsync(string line)
    {
        try
        {
            await Console.Error.WriteLineAsync(line);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // Standard error is closed or cannot be written to. The exit code still reports the failure.
        }
    }
}
