using System.Text;
using Clik2pay.Sidecar.IntegrationTests.Fuzz.Wire;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Requests;

/// <summary>
/// An independent implementation of what docs/reference/http.md guarantees for well-formed requests, with the default settings and the
/// route <c>/open/v1/{**rest}</c>: which requests must be refused, and which parts of the others must be forwarded.
/// </summary>
internal static class RequestRules
{
    private static readonly string[] CredentialNames =
        ["authorization", "proxyauthorization", "xapikey", "cookie", "baggage", "clik2paysidecartoken"];

    /// <summary>Headers that apply to a single connection or that the sidecar's HTTP client sets.</summary>
    private static readonly HashSet<string> ConnectionNames = new(
        ["Host", "Connection", "Keep-Alive", "Proxy-Connection", "TE", "Trailer", "Transfer-Encoding",
            "Content-Length", "Upgrade", "HTTP2-Settings", "Expect", "User-Agent"],
        StringComparer.OrdinalIgnoreCase);

    public static bool IsCredential(string name) => CredentialNames.Contains(Normalize(name));

    /// <returns>Why the request must be refused. Null if it may be forwarded.</returns>
    public static string? ReasonToRefuse(StrictMessage request)
    {
        if (request.Method is not ("GET" or "HEAD" or "POST" or "PUT" or "PATCH" or "DELETE"))
            return "method";

        if (request.Method is "GET" or "HEAD" && request.Body.Length > 0)
            return "body of GET or HEAD";

        if (!IsAllowedHost(request["Host"].Single()))
            return "host";

        if (request["Origin"].Any() || request["Sec-Fetch-Site"].Any(site => !site.Equals("none", StringComparison.OrdinalIgnoreCase)))
            return "cross-site";

        if (request["Upgrade"].Any(upgrade => !upgrade.Equals("h2c", StringComparison.OrdinalIgnoreCase)))
            return "upgrade";

        foreach (var (name, _) in request.Headers)
        {
            if (Normalize(name) is "contentlength" or "transferencoding"
                && !name.Equals("Content-Length", StringComparison.OrdinalIgnoreCase)
                && !name.Equals("Transfer-Encoding", StringComparison.OrdinalIgnoreCase))
            {
                return "look-alike of a framing header";
            }
        }

        if (TargetRules.ReasonToRefuse(request.Target) is { } reason)
            return reason;

        return $"{request.Target.Split('?')[0]}/".StartsWith("/open/v1/", StringComparison.OrdinalIgnoreCase) ? null : "route";
    }

    /// <returns>How the forwarded request differs from the sent one, apart from credentials. Null if both are equal.</returns>
    public static string? Compare(StrictMessage sent, StrictMessage arrived, bool isClean)
    {
        if (sent.Method != arrived.Method || sent.Target != arrived.Target)
            return $"a different request line: {arrived.StartLine}";

        if (!sent.Body.AsSpan().SequenceEqual(arrived.Body))
            return $"a different body, of {arrived.Body.Length} bytes instead of {sent.Body.Length}";

        var nominated = sent["Connection"].SelectMany(value => value.Split(',', StringSplitOptions.TrimEntries))
            .ToHashSet(StringComparer.OrdinalIgnoreCase);
        foreach (var name in arrived.Headers.Select(header => header.Name).Where(IsEndToEnd))
        {
            if (nominated.Contains(name))
                return $"a header that Connection nominates: {name}";

            if (Join(sent, name) != Join(arrived, name))
                return $"a different header: {name}: {Join(arrived, name)}";
        }

        var missing = isClean
            ? sent.Headers.Select(header => header.Name)
                .FirstOrDefault(name => IsEndToEnd(name) && !nominated.Contains(name) && !arrived[name].Any())
            : null;
        return missing is null ? null : $"a missing header: {missing}";
    }

    private static bool IsEndToEnd(string name) => !ConnectionNames.Contains(name) && !IsCredential(name);

    private static string Join(StrictMessage message, string name) => string.Join(", ", message[name]).Trim();

    private static bool IsAllowedHost(string host)
    {
        var colon = host.LastIndexOf(':');
        var name = colon < 0 || host.EndsWith(']') ? host : host[..colon];
        return name.ToLowerInvariant() is "localhost" or "127.0.0.1" or "[::1]";
    }

    /// <summary>Some servers treat an underscore as a hyphen or ignore both.</summary>
    private static string Normalize(string name)
    {
        var text = new StringBuilder();
        foreach (var c in name.Where(char.IsAsciiLetterOrDigit))
            text.Append(char.ToLowerInvariant(c));
        return text.ToString();
    }
}
