using System.Globalization;

namespace Clik2pay.Sidecar.Tests.Support;

/// <summary>What the hard limit of open files allows here.</summary>
internal static class OpenFiles
{
    /// <summary>The tests that need most of them, one after the other.</summary>
    public const string Collection = "Open files";

    /// <summary>For the tests that run at the same time, and for the share that the program keeps from callers.</summary>
    private const int Reserve = 4000;

    /// <summary>
    /// How many callers a test can have whose requests all wait upstream. Each one is two open files in this process, and two in the program.
    /// </summary>
    public static int MostCallers { get; } = Find();

    private static int Find()
    {
        var line = File.ReadLines("/proc/self/limits").First(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        return long.TryParse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4], CultureInfo.InvariantCulture, out var limit)
            ? (int)Math.Clamp((limit - Reserve) / 2, 100, 10_000)
            : 10_000;
    }
}
