using System.Globalization;
using System.Net;
using StackExchange.Redis;

namespace Clik2pay.Sidecar.Redis.Options;

/// <summary>
/// Reads a connection string of the form <c>host:port[,host:port…][,option=value…]</c>. StackExchange.Redis parses the values. It skips
/// hosts that it cannot parse, and quotes unknown text in exceptions, so this class checks hosts and names of options.
/// </summary>
internal static class RedisHostListReader
{
    private const int DefaultTlsPort = 6380;
    private const int DefaultSentinelPort = 26379;

    private static readonly string[] LoginOptions = ["user", "password", "sentinelUser", "sentinelPassword"];

    /// <returns>The options, or null and an error.</returns>
    public static RedisOptions? TryRead(string text, out string? error)
    {
        var parts = text.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);
        var hosts = parts.TakeWhile(part => !part.Contains('=')).ToList();
        if (hosts.Count == 0)
        {
            error = "the host is missing. "
                + "Write host:port[,host:port…][,option=value…] with commas between the parts, or redis://host:port.";
            return null;
        }

        var texts = new Dictionary<string, string>(StringComparer.OrdinalIgnoreCase);
        error = FindError(parts, hosts.Count, texts) ?? FindError(hosts) ?? FindBlankLogin(text);
        if (error is not null || TryParse(text, out error) is not { } values)
            return null;

        error = FindError(texts, values);
        if (error is not null)
            return null;

        var port = texts.ContainsKey("serviceName") ? DefaultSentinelPort : values.Ssl ? DefaultTlsPort : RedisEndpoint.DefaultPort;
        var sentinelLogin = ReadLogin(texts, "sentinelUser", "sentinelPassword");
        return new()
        {
            Endpoints = hosts.ConvertAll(host => TryReadHost(host, port)!),
            Login = ReadLogin(texts, "user", "password"),
            SentinelLogin = sentinelLogin == RedisLogin.None ? null : sentinelLogin,
            Tls = values.Ssl,
            TlsHost = texts.GetValueOrDefault("sslHost"),
            ServiceName = texts.GetValueOrDefault("serviceName"),
            Database = values.DefaultDatabase ?? 0,
        };
    }

    private static RedisLogin ReadLogin(Dictionary<string, string> texts, string userOption, string passwordOption) =>
        new() { User = texts.GetValueOrDefault(userOption), Password = texts.GetValueOrDefault(passwordOption) };

    /// <summary>Checks the names of the options, and collects the values that are not empty.</summary>
    private static string? FindError(string[] parts, int hostCount, Dictionary<string, string> texts)
    {
        for (var i = hostCount; i < parts.Length; i++)
        {
            // The text after a comma in a password resembles a host. The error does not quote this text.
            if (parts[i].Split('=', 2, StringSplitOptions.TrimEntries) is not [var name, var value])
            {
                return "a part after the first option has no =. Write hosts first. "
                    + "For a password with a comma, use the form redis://:password@host and write the comma as %2C.";
            }

            if (RedisConnectionStringOptions.FindError(name, value, i + 1) is { } error)
                return error;
            if (value.Length > 0 && !texts.TryAdd(name, value))
                return $"{RedisConnectionStringOptions.FindName(name)} is given twice.";
        }

        return null;
    }

    private static string? FindError(List<string> hosts) =>

        // A name without a port may be a password after a missing "password=". The error does not quote this name.
        hosts.Skip(1).Any(host => !host.Contains(':') && !IPAddress.TryParse(host, out _))
            ? "a host after the first one has no port. Write host:port. Write password= before a password."
        : hosts.Exists(host => TryReadHost(host, RedisEndpoint.DefaultPort) is null) ? "a host is not of the form host:port."
        : null;

    /// <summary>The library ignores a user or password of white space, and connects as the default user.</summary>
    private static string? FindBlankLogin(string text) =>
        text.Split(',').Select(part => part.Split('=', 2)).FirstOrDefault(
            option => option is [var name, { Length: > 0 } value] && string.IsNullOrWhiteSpace(value)
                && LoginOptions.Contains(name.Trim(), StringComparer.OrdinalIgnoreCase)) is [var blank, _]
            ? $"{RedisConnectionStringOptions.FindName(blank.Trim())} contains only white space."
            : null;

    private static ConfigurationOptions? TryParse(string text, out string? error)
    {
        try
        {
            error = null;
            return ConfigurationOptions.Parse(text);
        }
        catch (Exception e)
        {
            // The message of the exception may quote a password. The name of its parameter is safe if it is the name of an option.
            var name = RedisConnectionStringOptions.FindName((e as ArgumentException)?.ParamName);
            error = name is null ? "StackExchange.Redis cannot read it." : RedisConnectionStringOptions.ExplainInvalidValue(name);
            return null;
        }
    }

    private static string? FindError(Dictionary<string, string> texts, ConfigurationOptions values) =>
        texts.TryGetValue("ssl", out var ssl) && !bool.TryParse(ssl, out _) ? RedisConnectionStringOptions.ExplainInvalidValue("ssl")
        : texts.ContainsKey("sslHost") && !values.Ssl ? "sslHost has no effect without ssl=true."
        : values.DefaultDatabase < 0 ? RedisConnectionStringOptions.ExplainInvalidValue("defaultDatabase")
        : texts.Keys.FirstOrDefault(name => name.StartsWith("sentinel", StringComparison.OrdinalIgnoreCase)) is { } name
            && !texts.ContainsKey("serviceName") ? $"{RedisConnectionStringOptions.FindName(name)} has no effect without serviceName."
        : null;

    private static RedisEndpoint? TryReadHost(string text, int defaultPort)
    {
        // The port of an IPv6 address follows a bracket.
        var colon = text.LastIndexOf(':');
        var hasPort = colon >= 0 && (text.IndexOf(':') == colon || (colon > 0 && text[colon - 1] == ']'));
        var host = (hasPort ? text[..colon] : text).Trim('[', ']');
        var port = defaultPort;
        return hasPort && !int.TryParse(text.AsSpan(colon + 1), NumberStyles.None, CultureInfo.InvariantCulture, out port)
            ? null
            : RedisEndpoint.TryCreate(host, port);
    }
}
