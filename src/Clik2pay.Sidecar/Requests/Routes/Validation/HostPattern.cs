using System.Globalization;

namespace Clik2pay.Sidecar.Requests.Routes.Validation;

/// <summary>A host that a route matches: a name, <c>*.NAME</c> or <c>*</c>, each with or without a port.</summary>
internal static class HostPattern
{
    /// <summary>Whether routing can read the pattern. With an IPv6 address, for example, routing fails for every request.</summary>
    public static bool IsValid(string pattern) => pattern.Split(':') switch
    {
        [{ Length: > 0 }] => true,
        [{ Length: > 0 }, "*"] => true,
        [{ Length: > 0 }, var port] => ushort.TryParse(port, NumberStyles.None, CultureInfo.InvariantCulture, out _),
        _ => false,
    };

    /// <summary>Whether routing cannot decide between two patterns. Routing prefers a name to a wildcard, and a port to any port.</summary>
    public static bool HaveEqualRank(string a, string b)
    {
        var ((hostOfA, portOfA), (hostOfB, portOfB)) = (Split(a), Split(b));
        return portOfA == portOfB && (hostOfA.Equals(hostOfB, StringComparison.OrdinalIgnoreCase)
            || Includes(hostOfA, hostOfB) || Includes(hostOfB, hostOfA));
    }

    /// <summary>Whether one wildcard includes another: <c>*.example.com</c> includes <c>*.shop.example.com</c>.</summary>
    private static bool Includes(string wildcard, string other) =>
        wildcard.StartsWith("*.", StringComparison.Ordinal) && other.StartsWith("*.", StringComparison.Ordinal)
        && other.EndsWith(wildcard[1..], StringComparison.OrdinalIgnoreCase);

    private static (string Host, string Port) Split(string pattern) =>
        pattern.Split(':') is [var host, var port] ? (host, port) : (pattern, "*");
}
