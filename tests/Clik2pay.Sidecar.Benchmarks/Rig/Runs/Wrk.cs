using System.Globalization;
using Clik2pay.Sidecar.Benchmarks.Rig.Results;
using Clik2pay.Sidecar.Benchmarks.Rig.Servers;

namespace Clik2pay.Sidecar.Benchmarks.Rig.Runs;

/// <summary>Generates load with one thread of wrk, and reads the proxy's CPU time and memory during the run.</summary>
/// <param name="folder">The folder for scripts.</param>
/// <param name="headers">Additional headers of each request, without quotation marks and backslashes.</param>
internal sealed class Wrk(TemporaryFolder folder, IReadOnlyDictionary<string, string>? headers = null)
{
    private static readonly TimeSpan PollInterval = TimeSpan.FromMilliseconds(100);

    /// <summary>Prints the figures in one line, because wrk's own report is rounded and has no 99.9th percentile.</summary>
    private const string Report = """
        done = function(summary, latency)
          local errors = summary.errors
          io.write(string.format("figures %d %d %d %d %d %.1f %.1f %.1f %.1f\n", summary.requests, summary.duration,
            errors.connect + errors.read + errors.write + errors.timeout, errors.status, summary.bytes,
            latency:percentile(50), latency:percentile(99), latency:percentile(99.9), latency.max))
        end

        """;

    private const string Post = """
        wrk.method = "POST"
        wrk.headers["Content-Type"] = "application/json"
        wrk.body = "{" .. string.rep(" ", 998) .. "}"

        """;

    /// <exception cref="BenchmarkFailure">A request failed, or the proxy ended.</exception>
    public async Task<LoadResult> RunAsync(Server proxy, LoadCase load, int seconds, CancellationToken cancellationToken)
    {
        var processes = proxy.Processes();
        var before = ProcessTree.CpuOf(processes);
        var script = folder.Write("load.lua", CreateScript(load));
        var url = $"http://127.0.0.1:{proxy.Port}{load.Path}";
        string[] arguments = ["-t1", $"-c{load.Connections}", $"-d{seconds}", "--latency", "-s", script, url];
        var run = Tool.RunAsync("wrk", arguments, cancellationToken);
        long memory = 0;
        while (!run.IsCompleted)
        {
            memory = Math.Max(memory, ProcessTree.MemoryOf(processes));
            await Task.WhenAny(run, RealClock.DelayAsync(PollInterval, cancellationToken));
        }

        var output = await run;
        var cpu = ProcessTree.CpuOf(processes) - before;
        if (proxy.HasEnded)
            throw proxy.CreateFailure($"ended under the load {load.Name}");
        return Read(output, load, proxy, cpu, memory);
    }

    private string CreateScript(LoadCase load)
    {
        var pause = load.MaxPause > 0 ? $"delay = function() return math.random(0, {load.MaxPause}) end\n" : "";
        var added = (headers ?? new Dictionary<string, string>(StringComparer.Ordinal))
            .Select(header => $"wrk.headers[\"{header.Key}\"] = \"{header.Value}\"\n");
        return Report + (load.IsPost ? Post : "") + string.Concat(added) + pause;
    }

    private static LoadResult Read(string output, LoadCase load, Server proxy, long cpu, long memory)
    {
        var line = output.Split('\n').FirstOrDefault(line => line.StartsWith("figures ", StringComparison.Ordinal))
            ?? throw new BenchmarkFailure($"wrk printed no figures:\n{output}");
        var figures = line.Split(' ').Skip(1).Select(figure => double.Parse(figure, CultureInfo.InvariantCulture)).ToArray();
        if (figures is not [> 0 and var requests, var duration, 0, 0, var bytes, var median, var p99, var p999, var longest])
            throw proxy.CreateFailure($"failed a request of the load {load.Name}. Output of wrk:\n{output}");
        if (bytes < requests * load.ResponseBytes)
            throw proxy.CreateFailure($"returned incomplete responses to the load {load.Name}. Output of wrk:\n{output}");
        return new((long)requests, requests * 1e6 / duration, cpu / requests, median, p99, p999, longest, memory);
    }
}
