using System.Globalization;
using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Hosting;

/// <summary>How many connections the listeners accept: what the settings allow, or less where the limit of open files allows less.</summary>
/// <param name="Callers">On the callers' listener. Each of them may need a connection to the provider as well.</param>
/// <param name="Administration">On the administration listener.</param>
/// <param name="OpenFiles">The limit of open files, if it is the reason; else null.</param>
internal sealed record ConnectionLimits(int Callers, int Administration, long? OpenFiles)
{
    /// <summary>Files for everything but these connections: the listeners, Redis, the token endpoint, exports, name resolution, files that are read.</summary>
    private const int Reserve = 48;

    /// <summary>The part of the open files that is kept for administration, so that callers cannot keep probes out.</summary>
    private const int AdministrationPart = 8;

    private const int LeastForAdministration = 16;

    /// <summary>What sets these limits.</summary>
    public string Reason => OpenFiles is { } openFiles
        ? string.Create(CultureInfo.InvariantCulture, $"the limit of open files ({openFiles})")
        : $"{SidecarOptions.Section}:MaxConnections";

    /// <param name="options">What is wanted.</param>
    /// <param name="openFiles">The limit of open files and how many of them are free; null where that is not known.</param>
    public static ConnectionLimits Create(SidecarOptions options, (long Limit, long Free)? openFiles)
    {
        long wanted = options.MaxConnections;
        if (openFiles is not { } files || files.Free - Reserve >= 3 * wanted)
            return new(options.MaxConnections, options.MaxConnections, OpenFiles: null);

        var free = Math.Max(0, files.Free - Reserve);
        var administration = Math.Min(wanted, Math.Max(LeastForAdministration, free / AdministrationPart));
        var callers = Math.Clamp((free - administration) / 2, 1, wanted);
        return new((int)callers, (int)administration, callers < wanted ? files.Limit : null);
    }
}
