using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Clik2pay.Sidecar.Benchmarks.Rig.Servers;

/// <summary>A server process on this machine. Failure messages quote its output.</summary>
internal sealed partial class Server : IAsyncDisposable
{
    private const int Sigterm = 15;
    private const int MaxLines = 1000;
    private const int ReportedLines = 20;

    /// <summary>Time for a graceful exit before the process is killed.</summary>
    private static readonly TimeSpan ExitTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Prefixes of variables that a server does not inherit, because they would change what is measured.</summary>
    private static readonly string[] RemovedPrefixes =
    [
        "Clik2pay__", "Sidecar__", "Redis__", "ReverseProxy__", "Logging__", "OTEL_", "ASPNETCORE_", "DOTNET_gc", "DOTNET_GC",
        "DOTNET_SYSTEM_NET_",
    ];

    private readonly Process process;
    private readonly string name;
    private readonly List<string> lines = [];

    private Server(string name, Process process, int port)
    {
        (this.name, this.process, Port) = (name, process, port);
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public int Port { get; }

    public bool HasEnded => process.HasExited;

    /// <param name="name">The name in messages.</param>
    /// <param name="port">The port on which the server will listen.</param>
    /// <param name="program">The path of the program.</param>
    /// <param name="arguments">The command line.</param>
    /// <param name="environment">Variables to add to the environment.</param>
    /// <param name="folder">The working directory. The default is the root, which is unlikely to contain a proxy.json.</param>
    public static Server Start(
        string name,
        int port,
        string program,
        IEnumerable<string> arguments,
        IReadOnlyDictionary<string, string>? environment = null,
        string folder = "/")
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            WorkingDirectory = folder,
        };
        foreach (var variable in start.Environment.Keys.Where(IsRemoved).ToList())
            start.Environment.Remove(variable);
        foreach (var (key, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
            start.Environment[key] = value;
        return new(name, Process.Start(start)!, port);
    }

    /// <summary>The ids of the server process and its workers.</summary>
    public IReadOnlyList<int> Processes() => ProcessTree.Of(process.Id);

    /// <returns>A failure with this reason and the last lines of the server's output.</returns>
    public BenchmarkFailure CreateFailure(string reason)
    {
        lock (lines)
            return new($"{name} {reason}. Its last output:\n{string.Join('\n', lines.TakeLast(ReportedLines))}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            // SIGTERM first: after SIGKILL, the workers of a server would keep running.
            _ = Kill(process.Id, Sigterm);
            try
            {
                await process.WaitForExitAsync().WaitAsync(ExitTimeout, RealClock.Time);
            }
            catch (TimeoutException)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync();
            }
        }

        process.Dispose();
    }

    private static bool IsRemoved(string variable) =>
        RemovedPrefixes.Any(prefix => variable.StartsWith(prefix, StringComparison.Ordinal));

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    private void Keep(string? line)
    {
        lock (lines)
        {
            if (line is not null && lines.Count < MaxLines)
                lines.Add(line);
        }
    }
}
