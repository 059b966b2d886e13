using Clik2pay.Sidecar.Redis.Options;
using StackExchange.Redis;

namespace Clik2pay.Sidecar.IntegrationTests.Support.Network;

/// <summary>Opens connections of a test to exactly one Redis server, replica, cluster node or Sentinel.</summary>
internal static class TestConnection
{
    /// <summary>The name of these connections in <c>CLIENT LIST</c>.</summary>
    public const string Name = "tests";

    /// <summary>The timeout for connecting and for each command. Even a busy machine needs less time.</summary>
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(30);

    /// <param name="access">The server, the login and the TLS files.</param>
    public static Task<ConnectionMultiplexer> OpenAsync(RedisOptions access)
    {
        var server = access.Endpoints.Single();
        var options = new ConfigurationOptions
        {
            EndPoints = { { server.Host, server.Port } },

            // With a proxy the library neither searches for other servers nor selects a database.
            Proxy = StackExchange.Redis.Proxy.Envoyproxy,

            // HELLO would reveal a cluster, a Sentinel has no ECHO, and SUBSCRIBE would need a second connection.
            CommandMap = CommandMap.Create(["HELLO", "ECHO", "SUBSCRIBE"], available: false),
            Protocol = RedisProtocol.Resp2,
            ConnectRetry = 1,
            ConnectTimeout = (int)Timeout.TotalMilliseconds,
            AsyncTimeout = (int)Timeout.TotalMilliseconds,
            AllowAdmin = true,
            ClientName = Name,
            SetClientLibrary = false,
            User = access.Login.User,
            Password = access.Login.Password,
            Ssl = access.Tls,
            SslHost = access.TlsHost,
        };
        if (access.CaFile is not null)
            options.TrustIssuer(access.CaFile);
        if (access.ClientCertificateFile is not null)
            options.SetUserPemCertificate(access.ClientCertificateFile, access.ClientKeyFile);
        return ConnectionMultiplexer.ConnectAsync(options);
    }
}
