using Clik2pay.Sidecar.Hosting.Process;

namespace Clik2pay.Sidecar.Cli;

/// <summary>The entry point of the process.</summary>
internal static class EntryPoint
{
    public static Task<int> Main(string[] args)
    {
        StopSignals.StopIgnoringTerminate();
        OpenFileLimit.Raise();
        return CommandLine.RunAsync(args);
    }
}
