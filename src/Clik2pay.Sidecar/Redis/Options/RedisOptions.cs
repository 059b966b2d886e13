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

    private const string AnyFile = "Every readable file is allowed.";
    private const string ChosenByOperator = "The operator of Redis chooses it.";
    private const string DefaultKeyPrefix = "clik2pay:";

    /// <summary>At least one, tried in turn: a server, nodes of a cluster, or with <see cref="ServiceName"/> the Sentinels.</summary>
    [Setting(ConnectionStringKey, IsSecret = true, NoRange = "It has its own syntax, which RedisConnectionStringReader validates.")]
    public required IReadOnlyList<RedisEndpoint> Endpoints { get; init; }

    /// <summary>The user and the password of the servers.</summary>
    [Setting($"{Section}:User", IsSecret = true, NoRange = ChosenByOperator)]
    [Setting($"{Section}:Password", IsSecret = true, NoRange = ChosenByOperator)]
    public RedisLogin Login { get; init; } = RedisLogin.None;

    /// <summary>The user and the password of the Sentinels. Null means those of the servers, if a Sentinel requires a password.</summary>
    [Setting($"{Section}:SentinelUser", IsSecret = true, NoRange = ChosenByOperator)]
    [Setting($"{Section}:SentinelPassword", IsSecret = true, NoRange = ChosenByOperator)]
    public RedisLogin? SentinelLogin { get; init; }

    /// <summary>Whether connections use TLS. With TLS, nothing is sent in clear text.</summary>
    public bool Tls { get; init; }

    /// <summary>The name that each server's certificate must contain. Null means the host of the server's endpoint.</summary>
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

    /// <summary>The name of the master in the configuration of the Sentinels. Null if the endpoints are servers.</summary>
    public string? ServiceName { get; init; }

    /// <summary>The number of the database, 0 or higher. A cluster has only database 0.</summary>
    public int Database { get; init; }

    /// <summary>The prefix of the names of all keys.</summary>
    [Setting(KeyPrefixKey, Default = DefaultKeyPrefix, AllowsEmpty = true, NoRange = "Its characters are restricted, not its length.")]
    public string KeyPrefix { get; init; } = DefaultKeyPrefix;

    /// <summary>The addresses, without the secrets.</summary>
    public override string ToString() =>
        string.Join(", ", Endpoints)
            + (ServiceName is null ? "" : $" (Sentinel, service {ServiceName})")
            + (Tls ? ", TLS" : "")
            + (Database == 0 ? "" : $", database {Database}");
}
