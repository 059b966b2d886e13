using System.Globalization;

namespace Clik2pay.Sidecar.Benchmarks.Rig;

/// <summary>What the kernel says of a process and of all that it has started: servers have workers.</summary>
internal static class ProcessTree
{
    /// <summary>Of the kernel's clock ticks, in which it tells CPU time: a hundred in a second, on every Linux.</summary>
    private const int MicrosecondsInATick = 10_000;

    public static IReadOnlyList<int> Of(int root)
    {
        var parents = new List<(int Process, int Parent)>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var process) && StatOf(process) is { } stat)
                parents.Add((process, int.Parse(stat[1], CultureInfo.InvariantCulture)));
        }

        var tree = new List<int> { root };
        for (var i = 0; i < tree.Count; i++)
            tree.AddRange(parents.Where(pair => pair.Parent == tree[i]).Select(pair => pair.Process));
        return tree;
    }

    /// <summary>Microseconds of CPU time, in user and kernel mode.</summary>
    public static long CpuOf(IEnumerable<int> processes) => processes.Sum(process => StatOf(process) is { } stat
        ? (long.Parse(stat[11], CultureInfo.InvariantCulture) + long.Parse(stat[12], CultureInfo.InvariantCulture)) * MicrosecondsInATick
        : 0);

    /// <summary>Resident memory in KiB. What several processes share counts for each of them.</summary>
    public static long MemoryOf(IEnumerable<int> processes) => processes.Sum(MemoryOf);

    private static long MemoryOf(int process)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(line => line.StartsWith("VmRSS:", StringComparison.Ordinal));
            return line is null ? 0 : long.Parse(line.AsSpan(6, line.Length - 9).Trim(), CultureInfo.InvariantCulture);
        }
        catch (IOException)
        {
            // It has ended.
            return 0;
        }
    }

    /// <returns>The fields of /proc/PID/stat behind the name, which may hold anything: the first is the state, the third in proc_pid_stat(5).</returns>
    private static string[]? StatOf(int process)
    {
        try
        {
            var text = File.ReadAllText($"/proc/{process}/stat");
            return text[(text.LastIndexOf(')') + 2)..].Split(' ');
        }
        catch (IOException)
        {
            // It has ended.
            return null;
        }
    }
}
