namespace Clik2pay.Sidecar.Cli;

/// <summary>Tells on standard error why a verb could not do its work.</summary>
internal static class Mistakes
{
    /// <summary>A line for each mistake in the configuration.</summary>
    public static async Task<int> TellAsync(IEnumerable<string> mistakes)
    {
        foreach (var mistake in mistakes)
            await Console.Error.WriteLineAsync(mistake);

        await Console.Error.WriteLineAsync("(In the name of an environment variable, two underscores stand for the colon: Clik2pay__Environment.)");
        return ExitCode.BadConfiguration;
    }

    /// <summary>The line of a start that failed, if it did.</summary>
    public static async Task<int> TellStartAsync(string? failure)
    {
        if (failure is null)
            return ExitCode.Success;

        await Console.Error.WriteLineAsync(failure);
        return ExitCode.BadConfiguration;
    }
}
