namespace Clik2pay.Sidecar.Redis.Options;

/// <summary>The section <c>Redis</c>: where replicas share their access token. Null without a connection string.</summary>
internal sealed record RedisOptions
{
    public const string Section = "Redis";
    public const string DefaultKeyPrefix = "clik2pay:";

    /// <summary>Tried in turn: a server, the nodes of a cluster, or with <see cref="ServiceName"/> the Sentinels. At least one.</summary>
    public required IReadOnlyList<RedisEndpoint> Endpoints { get; init; }

    /// <summary>The user and the password of the servers.</summary>
    public RedisLogin Login { get; init; } = RedisLogin.None;

    /// <summary>The user and the password of the Sentinels. Null: those of the servers, if a Sentinel requires a password.</summary>
    public RedisLogin? SentinelLogin { get; init; }

    /// <summary>Whether to speak TLS; then nothing ever goes out in clear text.</summary>
    public bool Tls { get; init; }

    /// <summary>The name that each server's certificate must have, when it is not the one that is connected to.</summary>
    public string? TlsHost { get; init; }

    /// <summary>A PEM file with the certificate authorities that are trusted in place of the system's.</summary>
    public string? CaFile { get; init; }

    /// <summary>A PEM file with the certificate that the sidecar authenticates with in TLS, and its intermediate certificates.</summary>
    public string? ClientCertificateFile { get; init; }

    /// <summary>A PEM file with the private key of <see cref="ClientCertificateFile"/>, not encrypted.</summary>
    public string? ClientKeyFile { get; init; }

    /// <summary>The name by which the Sentinels know the master; null when the endpoints are servers.</summary>
    public string? ServiceName { get; init; }

    /// <summary>0 and up; a cluster has only 0.</summary>
    public int Database { get; init; }

    /// <summary>What the names of all keys begin with.</summary>
    public string KeyPrefix { get; init; } = DefaultKeyPrefix;

    /// <summary>The addresses, without the secrets.</summary>
    public override string ToString() =>
        string.Join(", ", Endpoints)
            + (ServiceName is null ? "" : $" (Sentinel, service {ServiceName})")
            + (Tls ? ", TLS" : "")
            + (Database == 0 ? "" : $", database {Database}");
}
