using System.Runtime.InteropServices;

namespace Clik2pay.Sidecar.Hosting.Process;

/// <summary>The process's limit of open files, including sockets (getrlimit(2), RLIMIT_NOFILE).</summary>
internal static partial class OpenFileLimit
{
    private const int NoFile = 7;
    private const string Descriptors = "/proc/self/fd";

    /// <summary>
    /// Raises the soft limit to the hard limit. On most systems the soft limit is 1,024, because programs that use select(2) require a low
    /// limit. .NET raises the limit itself, but not in a program that is compiled ahead of time.
    /// </summary>
    public static void Raise()
    {
        if (Get() is { } limit && limit.Soft < limit.Hard)
            _ = SetLimit(NoFile, limit with { Soft = limit.Hard });
    }

    /// <returns>The limit, and the number of files that can still be opened. Null if they are unknown.</returns>
    public static (long Limit, long Free)? GetFree() => Get() is { } limit && Directory.Exists(Descriptors)
        ? (ToLong(limit.Soft), ToLong(limit.Soft) - Directory.GetFileSystemEntries(Descriptors).Length)
        : null;

    private static Limits? Get()
    {
        try
        {
            return OperatingSystem.IsLinux() && GetLimit(NoFile, out var limit) == 0 ? limit : null;
        }
        catch (TypeLoadException)
        {
            // The C library has another name.
            return null;
        }
    }

    /// <summary>RLIM_INFINITY is the largest <c>ulong</c>.</summary>
    private static long ToLong(ulong limit) => (long)Math.Min(limit, long.MaxValue);

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out Limits limits);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, in Limits limits);

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Limits(ulong Soft, ulong Hard);
}
