using System.Net;
using System.Net.Sockets;
using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Hosting;

/// <summary>Reads and checks the section <c>Sidecar</c>.</summary>
internal static class SidecarOptionsReader
{
    private const string CallerTokenKey = $"{SidecarOptions.Section}:CallerToken";

    private const string ListenKey = $"{SidecarOptions.Section}:Listen";
    private const string AllowRemoteCallersKey = $"{SidecarOptions.Section}:AllowRemoteCallers";
    private const string AllowedHostsKey = $"{SidecarOptions.Section}:AllowedHosts";
    private const string SocketModeKey = $"{SidecarOptions.Section}:SocketMode";
    private const string MaxConnectionsKey = $"{SidecarOptions.Section}:MaxConnections";
    private const string MaxRequestBodyBytesKey = $"{SidecarOptions.Section}:MaxRequestBodyBytes";
    private const string AdminKey = $"{SidecarOptions.Section}:Admin";
    private const string DrainSecondsKey = $"{SidecarOptions.Section}:DrainSeconds";
    private const string StopTimeoutSecondsKey = $"{SidecarOptions.Section}:StopTimeoutSeconds";
    private const string AllowQuitKey = $"{SidecarOptions.Section}:AllowQuit";
    private const string LogFormatKey = $"{SidecarOptions.Section}:LogFormat";
    private const string AccessLogKey = $"{SidecarOptions.Section}:AccessLog";
    private const string BatchSchedulingKey = $"{SidecarOptions.Section}:BatchScheduling";

    public static SidecarOptions Read(SettingsReader settings)
    {
        var defaults = new SidecarOptions();
        var secrets = new SecretReader(settings);
        var callerToken = secrets.ReadOptional(CallerTokenKey);
        secrets.FitsHeader(CallerTokenKey, callerToken);
        var options = new SidecarOptions
        {
            Listen = settings.ListenAddress(ListenKey, defaults.Listen),
            AllowRemoteCallers = settings.Flag(AllowRemoteCallersKey),
            AllowedHosts = settings.List(AllowedHostsKey)?.Select(InBrackets).ToList() ?? defaults.AllowedHosts,
            CallerToken = callerToken,
            SocketMode = settings.FileMode(SocketModeKey, defaults.SocketMode),
            MaxConnections = settings.Number(MaxConnectionsKey, defaults.MaxConnections, 1, 1_000_000),
            MaxRequestBodyBytes = settings.Number(MaxRequestBodyBytesKey, defaults.MaxRequestBodyBytes, 0, int.MaxValue),
            Admin = ReadAdmin(settings),
            DrainDelay = settings.Seconds(DrainSecondsKey, defaults.DrainDelay, 0, 3600),
            StopTimeout = settings.Seconds(StopTimeoutSecondsKey, defaults.StopTimeout, 0, 3600),
            AllowQuit = settings.Flag(AllowQuitKey),
            LogFormat = settings.Choice(LogFormatKey, defaults.LogFormat),
            AccessLog = settings.Flag(AccessLogKey),
            BatchScheduling = settings.Flag(BatchSchedulingKey),
        };

        if (!options.Listen.IsLocal && !options.AllowRemoteCallers)
        {
            settings.AddError(ListenKey, $"{options.Listen} can be reached from other machines, and whoever reaches it acts with your credentials; "
                + $"listen on loopback, or set {AllowRemoteCallersKey}=true if that is what you want.");
        }

        // An entry that no Host header can equal would refuse every caller, or let the operator believe in a wildcard.
        var odd = options.AllowedHosts.FirstOrDefault(host => Uri.CheckHostName(host) == UriHostNameType.Unknown);
        if (odd is not null || options.AllowedHosts.Count == 0)
            settings.AddError(AllowedHostsKey, $"\"{odd}\" is no host name; list names or addresses, separated by semicolons, without ports and wildcards.");

        if (options.Listen == options.Admin && options.Listen.EndPoint is not IPEndPoint { Port: 0 })
            settings.AddError(AdminKey, $"{options.Admin} is {ListenKey} too; callers and administration need an address each.");

        return options;
    }

    /// <summary>All that a verb has to know that asks the sidecar beside it.</summary>
    public static ListenAddress ReadAdmin(SettingsReader settings) => settings.ListenAddress(AdminKey, new SidecarOptions().Admin);

    /// <summary>An IPv6 address as a Host header has it (RFC 3986, section 3.2.2).</summary>
    private static string InBrackets(string host) => IPAddress.TryParse(host, out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{ip}]" : host;
}
