using Clik2pay.Sidecar.Cli.Output;

namespace Clik2pay.Sidecar.Cli.Admin;

/// <summary>The verbs <c>shutdown</c> and <c>tokens refresh</c>: each sends a command to a running sidecar.</summary>
internal static class CommandVerb
{
    public static async Task<int> RunAsync(
        string path, TimeSpan timeout, IReadOnlyList<string> commandLine, CancellationToken cancellationToken)
    {
        if (await AdminClient.CreateAsync(commandLine) is not { } sidecar)
            return ExitCode.BadConfiguration;

        using (sidecar)
        {
            var (isSuccess, text) = await sidecar.SendAsync(HttpMethod.Post, path, timeout, cancellationToken);
            await (isSuccess ? Console.Out : Console.Error).WriteLineAsync(text);
            return isSuccess ? ExitCode.Success : ExitCode.Failed;
        }
    }
}
