using System.Globalization;

namespace Clik2pay.Sidecar.Hosting.Process;

/// <summary>
/// The memory limit of the process's control group, for example of a container or of a systemd unit. A limit of a parent group applies too.
/// (cgroup v2: https://docs.kernel.org/admin-guide/cgroup-v2.html#memory, v1:
/// https://docs.kernel.org/admin-guide/cgroup-v1/memory.html)
/// </summary>
/// <param name="root">The root of the file system.</param>
internal sealed class MemoryLimit(string root = "/")
{
    /// <summary>cgroup v1 has no word for "no limit", but a number near the largest <c>long</c>.</summary>
    private const long NoLimit = 1L << 62;

    private readonly IReadOnlyList<string> files = [.. FindFiles(root)];

    /// <summary>The limit can change while the process runs.</summary>
    /// <returns>In bytes. Null without a limit, and on systems other than Linux.</returns>
    public long? Read() => files.Select(ReadLimit).Min();

    /// <summary>Without a limit, the file of cgroup v2 contains "max".</summary>
    private static long? ReadLimit(string path) =>
        long.TryParse(ReadText(path).Trim(), NumberStyles.None, CultureInfo.InvariantCulture, out var limit) && limit < NoLimit
            ? limit
            : null;

    /// <summary>Returns an empty text if the file does not exist or cannot be read. The limit is then unknown, which is no error.</summary>
    private static string ReadText(string path)
    {
        try
        {
            return File.ReadAllText(path);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return "";
        }
    }

    /// <summary>
    /// Finds the files of the group and its parents. In a container, the mounted hierarchy can begin below the root that the path of the
    /// group refers to. Then only the mount's own files exist.
    /// </summary>
    private static IEnumerable<string> FindFiles(string root)
    {
        foreach (var line in ReadText(Path.Combine(root, "proc/self/cgroup")).Split('\n'))
        {
            // For example "0::/kubepods/pod1" (v2) or "4:memory:/docker/1" (v1).
            if (line.Split(':', 3) is not [_, var controllers, var path])
                continue;

            var (mount, file) = controllers.Split(',') switch
            {
                [""] => ("sys/fs/cgroup", "memory.max"),
                var all when all.Contains("memory", StringComparer.Ordinal) => ("sys/fs/cgroup/memory", "memory.limit_in_bytes"),
                _ => ("", ""),
            };
            if (file.Length == 0)
                continue;

            // The path of a group outside the cgroup namespace begins with ".." (cgroup_namespaces(7)), and its files are not mounted.
            var parts = path.Split('/', StringSplitOptions.RemoveEmptyEntries).TakeWhile(part => part != "..").ToArray();
            for (var count = parts.Length; count >= 0; count--)
            {
                if (Path.Combine([root, mount, .. parts[..count], file]) is var limitFile && File.Exists(limitFile))
                    yield return limitFile;
            }
        }
    }
}
