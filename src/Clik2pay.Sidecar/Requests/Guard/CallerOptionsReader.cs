using System.Net;
using System.Net.Sockets;
using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Requests.Guard;

/// <summary>Reads and validates <see cref="CallerOptions"/>.</summary>
internal static class CallerOptionsReader
{
    public static CallerOptions Read(SettingsReader settings)
    {
        var options = settings.Read<CallerOptions>();
        new SecretReader(settings).FitsHeader(CallerOptions.CallerTokenKey, options.CallerToken);

        var hosts = options.AllowedHosts.Select(AsHostHeader).ToList();
        var invalid = hosts.Find(host => Uri.CheckHostName(host) == UriHostNameType.Unknown);
        if (invalid is not null)
        {
            // No Host header could equal such an entry. An entry that looks like a wildcard, for example, would allow no host.
            settings.AddError(
                CallerOptions.AllowedHostsKey,
                $"'{invalid}' is not a valid host name. Use names or addresses, separated by semicolons, without ports or wildcards.");
        }

        return options with { AllowedHosts = hosts };
    }

    /// <summary>A Host header has an IPv6 address in brackets (RFC 3986, section 3.2.2).</summary>
    private static string AsHostHeader(string host) =>
        IPAddress.TryParse(host, out var ip) && ip.AddressFamily == AddressFamily.InterNetworkV6 ? $"[{ip}]" : host;
}
