using System.Globalization;

namespace Clik2pay.Sidecar.Tests.Support;

/// <summary>The number of callers that the hard limit of open files allows.</summary>
internal static class OpenFiles
{
    /// <summary>The tests that need the most open files run one after the other.</summary>
    public const string Collection = "Open files";

    /// <summary>For tests that run at the same time, and for what the program keeps in reserve.</summary>
    private const int Reserve = 4000;

    /// <summary>
    /// The number of callers whose requests can wait upstream at the same time. Each needs two open files in this process and two in the
    /// program.
    /// </summary>
    public static int MaxCallers { get; } = Find();

    private static int Find()
    {
        var line = File.ReadLines("/proc/self/limits").First(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        return long.TryParse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4], CultureInfo.InvariantCulture, out var limit)
            ? (int)Math.Clamp((limit - Reserve) / 2, 100, 10_000)
            : 10_000;
    }
}
