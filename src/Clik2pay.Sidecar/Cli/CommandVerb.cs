namespace Clik2pay.Sidecar.Cli;

/// <summary>The verbs <c>shutdown</c> and <c>tokens refresh</c>: each sends a command to the sidecar beside it.</summary>
internal static class CommandVerb
{
    public static async Task<int> RunAsync(
        string path, TimeSpan timeout, IReadOnlyList<string> commandLine, CancellationToken cancellationToken)
    {
        if (await AdminClient.FindAsync(commandLine) is not { } sidecar)
            return ExitCode.BadConfiguration;

        using (sidecar)
        {
            var (isWell, text) = await sidecar.AskAsync(HttpMethod.Post, path, timeout, cancellationToken);
            await (isWell ? Console.Out : Console.Error).WriteLineAsync(text);
            return isWell ? ExitCode.Success : ExitCode.Failed;
        }
    }
}
