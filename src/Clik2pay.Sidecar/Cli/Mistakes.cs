namespace Clik2pay.Sidecar.Cli;

/// <summary>Tells on standard error why a verb could not do its work.</summary>
internal static class Mistakes
{
    /// <summary>A line for each mistake in the configuration.</summary>
    public static async Task<int> TellAsync(IReadOnlyList<string> mistakes)
    {
        foreach (var mistake in mistakes)
            await Console.Error.WriteLineAsync(mistake);

        if (mistakes.Any(mistake => mistake.StartsWith("Clik2pay:", StringComparison.Ordinal) || mistake.StartsWith("Redis:", StringComparison.Ordinal) || mistake.StartsWith("Sidecar:", StringComparison.Ordinal)))
            await Console.Error.WriteLineAsync("(In the name of an environment variable, two underscores stand for the colon: Clik2pay__Environment.)");

        return ExitCode.BadConfiguration;
    }

    /// <summary>The line of a start that failed, if it did, and what to do about it.</summary>
    public static async Task<int> TellStartAsync(string? failure, string remedy)
    {
        if (failure is null)
            return ExitCode.Success;

        await Console.Error.WriteLineAsync($"{failure.TrimEnd('.')}. {remedy}");
        return ExitCode.BadConfiguration;
    }
}
