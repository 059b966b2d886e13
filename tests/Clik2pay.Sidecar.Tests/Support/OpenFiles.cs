using System.Globalization;
using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Hosting;

namespace Clik2pay.Sidecar.Tests.Support;

/// <summary>What the hard limit of open files allows a program that is started here.</summary>
internal static class OpenFiles
{
    /// <summary>More than a program keeps open that is not published.</summary>
    private const int OfTheProgram = 300;

    /// <summary>How many connections it accepts from callers.</summary>
    public static int MostCallers { get; } = Find();

    private static int Find()
    {
        var line = File.ReadLines("/proc/self/limits").First(line => line.StartsWith("Max open files", StringComparison.Ordinal));
        return long.TryParse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[4], CultureInfo.InvariantCulture, out var limit)
            ? ConnectionLimits.Create(new SidecarOptions(), (limit, limit - OfTheProgram)).Callers
            : int.MaxValue;
    }
}
