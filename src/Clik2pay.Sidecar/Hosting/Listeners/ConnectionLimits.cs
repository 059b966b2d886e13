using System.Globalization;
using Clik2pay.Sidecar.Networking;

namespace Clik2pay.Sidecar.Hosting.Listeners;

/// <summary>
/// The number of connections to all callers' listeners together, and to the administration listener: Sidecar:MaxConnections, or fewer if
/// the limit of open files is too low for it.
/// </summary>
/// <param name="MaxConnections">The setting Sidecar:MaxConnections.</param>
/// <param name="Callers">The limit of callers. Each caller connection may also need a connection to the provider.</param>
/// <param name="Administration">The limit of the administration listener.</param>
/// <param name="ReusablePerProfile">
/// How many connections to the provider each profile may keep for further requests. Requests beyond this number have connections of their
/// own, which are closed after the response. Otherwise, the idle connections of many profiles could need all open files.
/// </param>
/// <param name="Shortage">The limit of open files and the limit that the setting needs. Null if the limit is high enough.</param>
internal sealed record ConnectionLimits(
    int MaxConnections, int Callers, int Administration, int ReusablePerProfile, (long OpenFiles, long Needed)? Shortage)
{
    /// <summary>
    /// Open files for everything else: two listeners, Redis, the token endpoint, exports, name resolution, files that are read, and
    /// attempts to connect to further addresses of a name.
    /// </summary>
    private const int Reserve = 48 + TcpConnector.MaxFurtherAttempts;

    /// <summary>Administration gets 1/8 of the open files, so that callers cannot block probes.</summary>
    private const int AdministrationDivisor = 8;

    private const int MinForAdministration = 16;

    /// <param name="maxConnections">The setting Sidecar:MaxConnections.</param>
    /// <param name="openFiles">The limit of open files, and how many more can be opened. Null if they are unknown.</param>
    /// <param name="profiles">The number of profiles, at least 1.</param>
    /// <param name="furtherListeners">The number of listeners that are neither the default one nor administration.</param>
    public static ConnectionLimits Create(
        int maxConnections, (long Limit, long Free)? openFiles, int profiles = 1, int furtherListeners = 0)
    {
        var reserve = Reserve + furtherListeners;

        // Each caller needs its own connection and one to the provider. With several profiles, a caller's profile may have no connection
        // while others have idle ones. Administration may have as many connections as callers.
        long configured = maxConnections;
        var perCaller = profiles == 1 ? 2 : 3;
        var needed = ((perCaller + 1) * configured) + reserve;
        if (openFiles is not { } files)
            return new(maxConnections, maxConnections, maxConnections, maxConnections, Shortage: null);

        if (files.Free >= needed)
        {
            var reusable = Math.Min(configured, (files.Free - needed + configured) / profiles);
            return new(maxConnections, maxConnections, maxConnections, (int)reusable, Shortage: null);
        }

        var free = Math.Max(0, files.Free - reserve);
        var administration = Math.Min(configured, Math.Max(MinForAdministration, free / AdministrationDivisor));
        var callers = Math.Clamp((free - administration) / perCaller, 1, configured);
        return new(
            maxConnections,
            (int)callers,
            (int)administration,
            (int)callers / profiles,
            (files.Limit, needed + files.Limit - files.Free));
    }

    /// <summary>Why a listener accepts only this number of connections.</summary>
    public string ReasonFor(int connections) => Shortage is { OpenFiles: var openFiles } && connections < MaxConnections
        ? string.Create(CultureInfo.InvariantCulture, $"the limit of open files ({openFiles})")
        : ListenerOptions.MaxConnectionsKey;
}
