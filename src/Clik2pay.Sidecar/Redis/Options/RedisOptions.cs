namespace Clik2pay.Sidecar.Redis.Options;

/// <summary>The settings of the section <c>Redis</c>. Replicas share their access token through this Redis.</summary>
internal sealed record RedisOptions
{
    public const string Section = "Redis";
    public const string DefaultKeyPrefix = "clik2pay:";

    /// <summary>
    /// At least one: a server, nodes of a cluster, or Sentinels if <see cref="ServiceName"/> is set. They are tried in turn.
    /// </summary>
    public required IReadOnlyList<RedisEndpoint> Endpoints { get; init; }

    /// <summary>The user and the password of the servers.</summary>
    public RedisLogin Login { get; init; } = RedisLogin.None;

    /// <summary>The user and the password of the Sentinels. Null: those of the servers, if a Sentinel requires a password.</summary>
    public RedisLogin? SentinelLogin { get; init; }

    /// <summary>Whether connections use TLS. With TLS, nothing is sent in clear text.</summary>
    public bool Tls { get; init; }

    /// <summary>The name that each server's certificate must have. Null: the host of its endpoint.</summary>
    public string? TlsHost { get; init; }

    /// <summary>A PEM file with the certificate authorities to trust instead of the system's. Null: the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>A PEM file with the client certificate for TLS and its intermediate certificates. Null: no client certificate.</summary>
    public string? ClientCertificateFile { get; init; }

    /// <summary>A PEM file with the private key of <see cref="ClientCertificateFile"/>, not encrypted.</summary>
    public string? ClientKeyFile { get; init; }

    /// <summary>The name by which the Sentinels know the master. Null if the endpoints are servers.</summary>
    public string? ServiceName { get; init; }

    /// <summary>The number of the database, 0 or higher. A cluster has only database 0.</summary>
    public int Database { get; init; }

    /// <summary>The beginning of the names of all keys.</summary>
    public string KeyPrefix { get; init; } = DefaultKeyPrefix;

    /// <summary>The addresses, without the secrets.</summary>
    public override string ToString() =>
        string.Join(", ", Endpoints)
            + (ServiceName is null ? "" : $" (Sentinel, service {ServiceName})")
            + (Tls ? ", TLS" : "")
            + (Database == 0 ? "" : $", database {Database}");
}
