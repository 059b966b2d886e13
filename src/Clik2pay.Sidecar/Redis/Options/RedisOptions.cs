using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Redis.Options;

/// <summary>The settings of the section <c>Redis</c>. Replicas share their access token through this Redis.</summary>
internal sealed record RedisOptions
{
    public const string Section = "Redis";
    public const string ConnectionStringKey = $"{Section}:ConnectionString";
    public const string CaFileKey = $"{Section}:CaFile";
    public const string ClientCertificateFileKey = $"{Section}:ClientCertificateFile";
    public const string ClientKeyFileKey = $"{Section}:ClientKeyFile";
    public const string KeyPrefixKey = $"{Section}:KeyPrefix";

    private const string AnyFile = "Every readable file can be used.";
    private const string GivenByRedis = "The operator of Redis chooses it.";
    private const string DefaultKeyPrefix = "clik2pay:";

    /// <summary>Tried in turn: a server, the nodes of a cluster, or with <see cref="ServiceName"/> the Sentinels. At least one.</summary>
    [Setting(ConnectionStringKey, IsSecret = true, NoRange = "It has its own syntax, which RedisConnectionString validates.")]
    public required IReadOnlyList<RedisEndpoint> Endpoints { get; init; }

    /// <summary>The user and the password of the servers.</summary>
    [Setting($"{Section}:User", IsSecret = true, NoRange = GivenByRedis)]
    [Setting($"{Section}:Password", IsSecret = true, NoRange = GivenByRedis)]
    public RedisLogin Login { get; init; } = RedisLogin.None;

    /// <summary>The user and the password of the Sentinels. Null: those of the servers, if a Sentinel requires a password.</summary>
    [Setting($"{Section}:SentinelUser", IsSecret = true, NoRange = GivenByRedis)]
    [Setting($"{Section}:SentinelPassword", IsSecret = true, NoRange = GivenByRedis)]
    public RedisLogin? SentinelLogin { get; init; }

    /// <summary>Whether connections use TLS. With TLS, nothing is sent in clear text.</summary>
    public bool Tls { get; init; }

    /// <summary>The name that each server's certificate must have. Null: the host of its endpoint.</summary>
    public string? TlsHost { get; init; }

    /// <summary>A PEM file with the certificate authorities that are trusted instead of the system's.</summary>
    [Setting(CaFileKey, NoRange = AnyFile)]
    public string? CaFile { get; init; }

    /// <summary>A PEM file with the certificate that the sidecar authenticates with in TLS, and its intermediate certificates.</summary>
    [Setting(ClientCertificateFileKey, NoRange = AnyFile)]
    public string? ClientCertificateFile { get; init; }

    /// <summary>A PEM file with the private key of <see cref="ClientCertificateFile"/>, not encrypted.</summary>
    [Setting(ClientKeyFileKey, NoRange = AnyFile)]
    public string? ClientKeyFile { get; init; }

    /// <summary>The name by which the Sentinels know the master. Null if the endpoints are servers.</summary>
    public string? ServiceName { get; init; }

    /// <summary>The number of the database, 0 or higher. A cluster has only database 0.</summary>
    public int Database { get; init; }

    /// <summary>What the names of all keys begin with.</summary>
    [Setting(KeyPrefixKey, Default = DefaultKeyPrefix, AllowsEmpty = true, NoRange = "Its characters are restricted, not its length.")]
    public string KeyPrefix { get; init; } = DefaultKeyPrefix;

    /// <summary>The addresses, without the secrets.</summary>
    public override string ToString() =>
        string.Join(", ", Endpoints)
            + (ServiceName is null ? "" : $" (Sentinel, service {ServiceName})")
            + (Tls ? ", TLS" : "")
            + (Database == 0 ? "" : $", database {Database}");
}
