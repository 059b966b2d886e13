namespace Clik2pay.Sidecar.Cli;

/// <summary>Tells what is wrong with the configuration: a line each, on standard error.</summary>
internal static class Mistakes
{
    public static async Task<int> TellAsync(IEnumerable<string> mistakes)
    {
        foreach (var mistake in mistakes)
            await Console.Error.WriteLineAsync(mistake);

        return ExitCode.BadConfiguration;
    }
}
