namespace Clik2pay.Sidecar.Redis.Options;

/// <summary>The options of StackExchange.Redis's connection strings. A test fails if a new version adds an option.</summary>
internal static class RedisConnectionStringOptions
{
    public static readonly string[] Supported =
    [
        "user", "password", "ssl", "sslHost", "serviceName", "sentinelUser", "sentinelPassword", "defaultDatabase",
    ];

    /// <summary>
    /// Accepted, because providers include these options in their connection strings. They concern timeouts, connections that stay open,
    /// events, and administration. The sidecar opens a connection for each operation, with its own timeout, and then closes it.
    /// </summary>
    public static readonly string[] WithoutEffect =
    [
        "abortConnect", "allowAdmin", "asyncTimeout", "configChannel", "configCheckSeconds", "connectRetry", "connectTimeout", "defaults",
        "highPriorityThreads", "keepAlive", "maintMovingEndpointType", "maintNotifications", "maintPostEventRelaxed",
        "maintRelaxedTimeout", "maintRelaxedWindowMax", "name", "preserveAsyncOrder", "protocol", "resolveDns", "responseTimeout",
        "setlib", "sharedSubscriptionConnection", "syncTimeout", "tcpKeepAlive", "tiebreaker", "topologyRefreshSeconds", "version",
        "writeBuffer",
    ];

    /// <summary>
    /// The options that are not supported, with the reason. If the sidecar ignored them, it would not do what the operator set.
    /// </summary>
    private static readonly Dictionary<string, string> Unsupported = new(StringComparer.OrdinalIgnoreCase)
    {
        ["channelPrefix"] = $"The sidecar uses no channels. To set a prefix for all keys, use {RedisOptions.Section}:KeyPrefix",
        ["checkCertificateRevocation"] = "The sidecar does not check whether certificates are revoked",
        ["highIntegrity"] = "The sidecar does not send the additional commands that verify each response",
        ["proxy"] = "The sidecar needs a direct connection to Redis, without Twemproxy or Envoy",
        ["sslProtocols"] = "The operating system selects the TLS version",
        ["tunnel"] = "The sidecar needs a direct connection to Redis, without an HTTP proxy",
    };

    /// <summary>The accepted values of unsupported options. They describe what the sidecar does.</summary>
    private static readonly Dictionary<string, string> Defaults = new(StringComparer.Ordinal)
    {
        ["checkCertificateRevocation"] = "false",
        ["proxy"] = "none",
    };

    public static IEnumerable<string> Refused => Unsupported.Keys;

    /// <returns>The name as the library writes it, or null if it is not the name of an option.</returns>
    public static string? FindName(string? text) =>
        Supported.Concat(WithoutEffect).Concat(Unsupported.Keys)
            .FirstOrDefault(name => name.Equals(text, StringComparison.OrdinalIgnoreCase));

    /// <param name="text">The name.</param>
    /// <param name="value">The value. It is not quoted.</param>
    /// <param name="position">The position in the connection string, for the error. The first host is at 1.</param>
    /// <returns>
    /// Why the option cannot be used. Null if it can be used. Unknown text is not quoted, because it may be a part of a password.
    /// </returns>
    public static string? FindError(string text, string value, int position)
    {
        if (text.StartsWith('$'))
            return "an option that begins with $ is not supported. The sidecar cannot use renamed commands.";

        if (FindName(text) is not { } name)
        {
            return $"unknown option at position {position}. Supported options are {string.Join(", ", Supported)}. "
                + "If the password contains a comma, use the form redis://:password@host and write the comma as %2C.";
        }

        return Unsupported.TryGetValue(name, out var reason) && !IsDefault(name, value)
            ? $"{name} is not supported. {reason}."
            : null;
    }

    /// <summary>The error for a value that the library cannot parse. All other supported options are text.</summary>
    public static string ExplainInvalidValue(string name) =>
        $"the value of {name} is not valid. " + name switch
        {
            "ssl" => "Write true or false.",
            "defaultDatabase" => "Write 0 or a higher number.",
            _ => "Remove it, because it has no effect.",
        };

    private static bool IsDefault(string name, string value) =>
        Defaults.TryGetValue(name, out var given) && given.Equals(value, StringComparison.OrdinalIgnoreCase);
}
