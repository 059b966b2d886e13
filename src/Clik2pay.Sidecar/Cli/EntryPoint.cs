using Clik2pay.Sidecar.Hosting;

namespace Clik2pay.Sidecar.Cli;

/// <summary>Where the process starts.</summary>
internal static class EntryPoint
{
    public static Task<int> Main(string[] args)
    {
        StopSignals.StopIgnoringTerminate();
        OpenFileLimit.Raise();
        return CommandLine.RunAsync(args);
    }
}
