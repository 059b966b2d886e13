using System.Globalization;

namespace Clik2pay.Sidecar.Benchmarks.Rig;

/// <summary>A process and its descendants, such as the workers of a server, with their CPU time and memory.</summary>
internal static class ProcessTree
{
    /// <summary>/proc reports CPU time in clock ticks (USER_HZ), which are 10 ms on the supported architectures.</summary>
    private const int MicrosecondsPerTick = 10_000;

    /// <returns>The process and its descendants.</returns>
    public static IReadOnlyList<int> Of(int root)
    {
        var parents = new List<(int Process, int Parent)>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var process)
                && ReadStat(process) is { } stat)
            {
                parents.Add((process, int.Parse(stat[1], CultureInfo.InvariantCulture)));
            }
        }

        var tree = new List<int> { root };
        for (var i = 0; i < tree.Count; i++)
            tree.AddRange(parents.Where(pair => pair.Parent == tree[i]).Select(pair => pair.Process));
        return tree;
    }

    /// <summary>CPU time in microseconds, in user and kernel mode.</summary>
    public static long CpuOf(IEnumerable<int> processes) => processes.Sum(process => ReadStat(process) is { } stat
        ? (long.Parse(stat[11], CultureInfo.InvariantCulture) + long.Parse(stat[12], CultureInfo.InvariantCulture)) * MicrosecondsPerTick
        : 0);

    /// <summary>Resident memory in KiB. Memory that several processes share is counted once for each of them.</summary>
    public static long MemoryOf(IEnumerable<int> processes) => processes.Sum(MemoryOf);

    private static long MemoryOf(int process)
    {
        try
        {
            var lines = File.ReadLines($"/proc/{process}/status");
            var line = lines.FirstOrDefault(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.AsSpan(6, line.Length - 9).Trim(), CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // The process has ended.
            return 0;
        }
    }

    /// <returns>
    /// The fields of /proc/PID/stat after the process name, or null if the process has ended. The first one is the state, which is field 3
    /// in proc_pid_stat(5). The name is skipped because it may contain spaces and parentheses.
    /// </returns>
    private static string[]? ReadStat(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            // The process has ended.
            return null;
        }
    }
}
