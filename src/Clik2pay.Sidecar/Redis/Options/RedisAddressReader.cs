using System.Globalization;

namespace Clik2pay.Sidecar.Redis.Options;

/// <summary>
/// Reads a connection string of the form <c>redis://[user]:password@host:port/database</c>, or <c>rediss://</c> for TLS. Both
/// schemes are registered with IANA.
/// </summary>
internal static class RedisAddressReader
{
    /// <returns>The options, or null and an error.</returns>
    public static RedisOptions? TryRead(string text, out string? error)
    {
        // Uri has no default port for this scheme, and returns -1 if the port is missing.
        if (!Uri.TryCreate(text, UriKind.Absolute, out var address)
            || RedisEndpoint.TryCreate(
                address.DnsSafeHost, address.Port == -1 ? RedisEndpoint.DefaultPort : address.Port) is not { } endpoint
            || address.Fragment.Length > 0)
        {
            return Error(
                "it is not a valid address. Write redis://user:password@host:port/database with a single host and without options. "
                    + "In the password, write : / ? # @ and % as %3A %2F %3F %23 %40 and %25.",
                out error);
        }

        if (address.Query.Length > 0)
        {
            return Error(
                "an address has no options after a ?. Write rediss:// for TLS, and /NUMBER after the host for a database. "
                    + "In the password, write ? as %3F.",
                out error);
        }

        var database = 0;
        if (address.AbsolutePath is not ("/" or "")
            && !int.TryParse(address.AbsolutePath.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out database))
        {
            return Error("the text after the host is not a valid database number. In the password, write / as %2F.", out error);
        }

        var credentials = address.UserInfo.Split(':', 2).Select(Uri.UnescapeDataString).ToList();
        if (credentials.Exists(part => part.Length > 0 && string.IsNullOrWhiteSpace(part)))
            return Error("the user or the password contains only white space.", out error);

        error = null;
        return new()
        {
            Endpoints = [endpoint],
            Login = new()
            {
                User = credentials is [{ Length: > 0 } user, ..] ? user : null,
                Password = credentials is [_, { Length: > 0 } password] ? password : null,
            },
            Tls = address.Scheme == "rediss",
            Database = database,
        };
    }

    private static RedisOptions? Error(string text, out string? error)
    {
        error = text;
        return null;
    }
}
