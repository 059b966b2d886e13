namespace Clik2pay.Sidecar.Cli;

/// <summary>The verb <c>shutdown</c>: asks the sidecar beside it to stop, and does not wait until it has.</summary>
internal static class ShutdownVerb
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    public static async Task<int> RunAsync(IReadOnlyList<string> commandLine, CancellationToken cancellationToken)
    {
        if (await Neighbour.FindAsync(commandLine) is not { } sidecar)
            return ExitCode.BadConfiguration;

        using (sidecar)
        {
            var (isWell, says) = await sidecar.AskAsync(HttpMethod.Post, Administration.AdminGuard.QuitPath, Patience, cancellationToken);
            await (isWell ? Console.Out : Console.Error).WriteLineAsync(says);
            return isWell ? ExitCode.Success : ExitCode.Failed;
        }
    }
}
