using System.Globalization;
using System.Net;

namespace Clik2pay.Sidecar.Configuration;

/// <summary>
/// Reads both forms of a connection string: <c>host:port[,host:port…][,option=value…]</c> as StackExchange.Redis writes it, and the address
/// <c>redis://[user]:password@host:port/database</c>, or <c>rediss://</c> for TLS, as IANA has it registered. It holds a secret: a mistake
/// quotes nothing of it but names of options that are known.
/// </summary>
internal static class RedisConnectionString
{
    private const int DefaultPort = 6379;
    private const int DefaultTlsPort = 6380;
    private const int DefaultSentinelPort = 26379;

    /// <summary>
    /// What StackExchange.Redis has beyond ours and what changes nothing here: one visit has one deadline, opens one connection, and asks for
    /// no rights. Connection strings are handed out with them.
    /// </summary>
    private static readonly string[] WithoutEffect =
    [
        "abortConnect", "allowAdmin", "asyncTimeout", "connectRetry", "connectTimeout", "configCheckSeconds", "keepAlive", "name", "protocol",
        "resolveDns", "responseTimeout", "setlib", "syncTimeout", "tiebreaker", "version", "writeBuffer",
    ];

    /// <returns>The options, or null and what is wrong.</returns>
    public static RedisOptions? TryRead(string text, out string? mistake) =>
        text.StartsWith("redis://", StringComparison.OrdinalIgnoreCase) || text.StartsWith("rediss://", StringComparison.OrdinalIgnoreCase)
            ? TryReadAddress(text, out mistake)
            : TryReadList(text, out mistake);

    private static RedisOptions? TryReadAddress(string text, out string? mistake)
    {
        mistake = null;

        // Port -1 is "none given": Uri knows no default for this scheme.
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address)
            || RedisEndpoint.TryCreate(address.DnsSafeHost, address.Port == -1 ? DefaultPort : address.Port) is not { } endpoint
            || address.Fragment.Length > 0)
        {
            return Mistake("it is not an address of the form redis://user:password@host:port/database, with one host and no ,option=value behind it; are : / ? # @ and % in the password written as %3A %2F %3F %23 %40 and %25?", out mistake);
        }

        if (address.Query.Length > 0)
            return Mistake("an address has no options behind a ?: TLS is rediss://, and the database follows a /. A ? in the password is written %3F.", out mistake);

        var database = 0;
        if (address.AbsolutePath is not "/" and not "" && !TryReadDatabase(address.AbsolutePath[1..], out database))
            return Mistake("what follows the host is not the number of a database; is a / in the password written as %2F?", out mistake);

        var credentials = address.UserInfo.Split(':', 2);
        if (credentials is [{ Length: > 0 }] or [{ Length: > 0 }, ""])
            return Mistake("it has a user without a password; a password alone is written redis://:password@host.", out mistake);

        var tls = address.Scheme == "rediss";
        return new()
        {
            Endpoints = [endpoint],
            Login = new()
            {
                User = credentials is [{ Length: > 0 } user, _] ? Uri.UnescapeDataString(user) : null,
                Password = credentials is [_, { Length: > 0 } password] ? Uri.UnescapeDataString(password) : null,
            },
            Tls = tls,
            Database = database,
        };
    }

    private static RedisOptions? TryReadList(string text, out string? mistake)
    {
        mistake = null;
        var parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var hosts = parts.TakeWhile(part => !part.Contains('=')).ToList();
        if (hosts.Count == 0)
            return Mistake("it names no host; write host:port[,host:port…][,option=value…], with commas between, or redis://host:port.", out mistake);

        var options = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        foreach (var part in parts.Skip(hosts.Count))
        {
            // What follows a comma in a password looks like a host. It is neither quoted nor called.
            if (part.Split('=', 2) is not [var name, var value])
                return Mistake("a part behind the options has no =; hosts come first, and a password with a comma needs the form redis://:password@host with %2C for the comma.", out mistake);

            if (!options.TryAdd(name.Trim(), value.Trim()))
                return Mistake("an option is given twice.", out mistake);
        }

        var known = new[] { "user", "password", "ssl", "sslHost", "serviceName", "defaultDatabase" };
        if (options.Keys.Any(name => !known.Concat(WithoutEffect).Contains(name, StringComparer.OrdinalIgnoreCase)))
            return Mistake($"it has an option that there is not; known are {string.Join(", ", known)}. Does the password contain a comma? Then use the form redis://:password@host with %2C for it.", out mistake);

        var tls = false;
        if (options.GetValueOrDefault("ssl") is { } ssl && !bool.TryParse(ssl, out tls))
            return Mistake("ssl is neither true nor false.", out mistake);

        if (options.ContainsKey("sslHost") && !tls)
            return Mistake("it has sslHost without ssl=true; nothing would be encrypted.", out mistake);

        var database = 0;
        if (options.GetValueOrDefault("defaultDatabase") is { } number && !TryReadDatabase(number, out database))
            return Mistake("defaultDatabase is not a number of 0 or more.", out mistake);

        // A name without a port may be a password whose "password=" was forgotten. It is neither quoted nor called.
        if (hosts.Skip(1).Any(host => !host.Contains(':') && !IPAddress.TryParse(host, out _)))
            return Mistake("a host behind the first has no port; write host:port. Is it a password without password= before it?", out mistake);

        var port = options.ContainsKey("serviceName") ? DefaultSentinelPort : tls ? DefaultTlsPort : DefaultPort;
        var endpoints = hosts.ConvertAll(host => TryReadHost(host, port));
        if (endpoints.Contains(null))
            return Mistake("a host in it is not of the form host:port.", out mistake);

        var read = new RedisOptions
        {
            Endpoints = endpoints!,
            Login = new() { User = NullIfEmpty("user"), Password = NullIfEmpty("password") },
            Tls = tls,
            TlsHost = NullIfEmpty("sslHost"),
            ServiceName = NullIfEmpty("serviceName"),
            Database = database,
        };
        return read.Login is { User: not null, Password: null } ? Mistake("it has a user without a password.", out mistake) : read;

        string? NullIfEmpty(string name) => options.GetValueOrDefault(name) is { Length: > 0 } value ? value : null;
    }

    private static RedisEndpoint? TryReadHost(string text, int defaultPort)
    {
        // An IPv6 address has its port behind brackets.
        var colon = text.LastIndexOf(':');
        var hasPort = colon >= 0 && (text.IndexOf(':') == colon || (colon > 0 && text[colon - 1] == ']'));
        var host = (hasPort ? text[..colon] : text).Trim('[', ']');
        var port = defaultPort;
        if (hasPort && !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port))
            return null;

        return RedisEndpoint.TryCreate(host, port);
    }

    private static bool TryReadDatabase(string text, out int database) => int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out database);

    private static RedisOptions? Mistake(string what, out string? mistake)
    {
        mistake = what;
        return null;
    }
}
