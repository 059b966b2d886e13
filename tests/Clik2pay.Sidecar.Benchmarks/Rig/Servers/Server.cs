using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Clik2pay.Sidecar.Benchmarks.Rig.Servers;

/// <summary>A server on this machine, from its start until it is told to end. What it says is kept for the case that it fails.</summary>
internal sealed partial class Server : IAsyncDisposable
{
    private const int Terminate = 15;

    /// <summary>Settings of whoever measures are no settings of what is measured.</summary>
    private static readonly string[] Invalid = ["Clik2pay__", "Sidecar__", "Redis__", "ReverseProxy__", "Logging__", "OTEL_", "ASPNETCORE_", "DOTNET_gc", "DOTNET_GC", "DOTNET_SYSTEM_NET_"];

    private readonly Process process;
    private readonly string name;
    private readonly List<string> said = [];

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

    /// <param name="name">What it is called when it fails.</param>
    /// <param name="port">Where it will listen.</param>
    /// <param name="program">Its file.</param>
    /// <param name="arguments">Its command line.</param>
    /// <param name="environment">What is added to the environment.</param>
    /// <param name="folder">Where it is started: by default where nobody keeps a proxy.json.</param>
    public static Server Start(string name, int port, string program, IEnumerable<string> arguments, IReadOnlyDictionary<string, string>? environment = null, string folder = "/")
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true, UseShellExecute = false, WorkingDirectory = folder };
        foreach (var variable in start.Environment.Keys.Where(key => Invalid.Any(prefix => key.StartsWith(prefix, StringComparison.Ordinal))).ToList())
            start.Environment.Remove(variable);
        foreach (var (key, value) in environment ?? new Dictionary<string, string>(StringComparer.Ordinal))
            start.Environment[key] = value;
        return new(name, Process.Start(start)!, port);
    }

    /// <summary>Itself and its workers.</summary>
    public IReadOnlyList<int> Processes() => ProcessTree.Of(process.Id);

    /// <summary>That it failed, with what it said last.</summary>
    public BenchmarkFailure Fail(string why)
    {
        lock (said)
            return new($"{name} {why}. It said last:\n{string.Join('\n', said.TakeLast(20))}");
    }

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
        {
            // Not killed at once: its workers would stay.
            _ = Kill(process.Id, Terminate);
            try
            {
                await process.WaitForExitAsync().WaitAsync(TimeSpan.FromSeconds(10), RealClock.Time);
            }
            catch (TimeoutException)
            {
                process.Kill(entireProcessTree: true);
                await process.WaitForExitAsync();
            }
        }

        process.Dispose();
    }

    [LibraryImport("libc", EntryPoint = "kill")]
    private static partial int Kill(int process, int signal);

    private void Keep(string? line)
    {
        lock (said)
        {
            if (line is not null && said.Count < 1000)
                said.Add(line);
        }
    }
}
