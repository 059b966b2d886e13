using System.Globalization;
using Clik2pay.Sidecar.Benchmarks.Rig.Results;

namespace Clik2pay.Sidecar.Benchmarks.Rig.Servers;

/// <summary>Makes load with wrk, in one thread, and looks at the proxy meanwhile.</summary>
internal sealed class Wrk(Folder folder)
{
    private static readonly TimeSpan LookInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>What wrk knows at its end, in one line: its own report rounds, and has no 99.9 %.</summary>
    private const string Report = """
        done = function(summary, latency)
          local errors = summary.errors
          io.write(string.format("figures %d %d %d %d %.1f %.1f %.1f %.1f\n", summary.requests, summary.duration,
            errors.connect + errors.read + errors.write + errors.timeout, errors.status,
            latency:percentile(50), latency:percentile(99), latency:percentile(99.9), latency.max))
        end

        """;

    private const string Post = """
        wrk.method = "POST"
        wrk.headers["Content-Type"] = "application/json"
        wrk.body = "{" .. string.rep(" ", 998) .. "}"

        """;

    /// <exception cref="BenchmarkFailure">A request failed, so the figures would mean nothing.</exception>
    public async Task<LoadResult> RunAsync(Server proxy, LoadCase load, int seconds, CancellationToken cancellationToken)
    {
        var processes = proxy.Processes();
        var before = ProcessTree.CpuOf(processes);
        string[] arguments = ["-t1", $"-c{load.Connections}", $"-d{seconds}", "--latency", "-s", folder.Write("load.lua", ScriptOf(load)), $"http://127.0.0.1:{proxy.Port}{load.Path}"];
        var run = Tool.RunAsync("wrk", arguments, cancellationToken);
        long memory = 0;
        while (!run.IsCompleted)
        {
            memory = Math.Max(memory, ProcessTree.MemoryOf(processes));
            await Task.WhenAny(run, RealClock.Pause(LookInterval, cancellationToken));
        }

        var said = await run;
        var cpu = ProcessTree.CpuOf(processes) - before;
        if (proxy.HasEnded)
            throw proxy.Fail($"ended under the load {load.Name}");
        return Read(said, load, proxy, cpu, memory);
    }

    private static string ScriptOf(LoadCase load) =>
        Report + (load.IsPost ? Post : "") + (load.LongestPause > 0 ? $"delay = function() return math.random(0, {load.LongestPause}) end\n" : "");

    private static LoadResult Read(string said, LoadCase load, Server proxy, long cpu, long memory)
    {
        var line = said.Split('\n').FirstOrDefault(line => line.StartsWith("figures ", StringComparison.Ordinal)) ?? throw new BenchmarkFailure($"wrk said no figures:\n{said}");
        var figures = line.Split(' ').Skip(1).Select(figure => double.Parse(figure, CultureInfo.InvariantCulture)).ToArray();
        if (figures is not [> 0 and var requests, var duration, 0, 0, var median, var p99, var p999, var longest])
            throw proxy.Fail($"did not answer every request of the load {load.Name} with 2xx. wrk said:\n{said}");
        return new((long)requests, requests * 1e6 / duration, cpu / requests, median, p99, p999, longest, memory);
    }
}
