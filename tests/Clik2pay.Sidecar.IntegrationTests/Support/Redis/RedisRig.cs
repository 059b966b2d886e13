using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Redis;
using Clik2pay.Sidecar.Redis.Client;
using Clik2pay.Sidecar.Redis.Options;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tests.Support.Telemetry;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Sharing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Clik2pay.Sidecar.IntegrationTests.Support.Redis;

/// <summary>A replica's store and lease, created from settings as in the program, for one set of credentials.</summary>
internal sealed class RedisRig : IDisposable
{
    private readonly ILoggerFactory logging;
    private readonly TestMeters meters = new();

    /// <param name="connectionString">The setting <c>Redis:ConnectionString</c>.</param>
    /// <param name="environment">Sandbox or Production.</param>
    /// <param name="password">The password for the token endpoint.</param>
    /// <param name="caFile">The setting <c>Redis:CaFile</c>.</param>
    /// <param name="more">Other settings.</param>
    public RedisRig(
        string connectionString,
        string environment = "Sandbox",
        string password = Secrets.Password,
        string? caFile = null,
        IReadOnlyDictionary<string, string?>? more = null)
    {
        var values = new Dictionary<string, string?>(more ?? new Dictionary<string, string?>())
        {
            ["Clik2pay:Environment"] = environment,
            ["Clik2pay:Username"] = Secrets.Username,
            ["Clik2pay:Password"] = password,
            ["Clik2pay:ApiKey"] = Secrets.ApiKey,
            ["Redis:ConnectionString"] = connectionString,
            ["Redis:CaFile"] = caFile,
        };
        var configuration = new ConfigurationBuilder().AddInMemoryCollection(values).Build();
        var settings = Settings.TryRead(configuration, out var errors);
        Assert.Empty(errors);

        var metrics = new RedisMetrics(meters);
        Recorded = new(meters);
        logging = LoggerFactory.Create(builder => builder.AddProvider(Log));
        Options = settings!.Redis!;
        Key = TokenKey.For(settings.Profiles[0]);
        Client = new(
            Options, new(SystemDefaults.Time), new(new()), metrics, SystemDefaults.Time, logging.CreateLogger<RedisClient>());
        Store = new(Client, Options, metrics, SystemDefaults.Time, logging.CreateLogger<RedisTokenStore>());
        Lease = new(Client, Options, metrics, SystemDefaults.Time, logging.CreateLogger<RedisTokenLease>());
        Check = new(Client, Options);
    }

    public RedisOptions Options { get; }

    public TokenKey Key { get; }

    public RedisClient Client { get; }

    public RedisTokenStore Store { get; }

    public RedisTokenLease Lease { get; }

    public RedisCheck Check { get; }

    public RecordedMetrics Recorded { get; }

    public RecordedLog Log { get; } = new();

    public string TokenName => new RedisKeys(Options, Key).Token;

    public string LeaseName => new RedisKeys(Options, Key).Lease;

    public string NoteName => new RedisKeys(Options, Key).Failure;

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <param name="value">The token.</param>
    /// <param name="left">The remaining time, in seconds.</param>
    /// <param name="lifetime">The lifetime, in seconds.</param>
    public static AccessToken Token(string value, double left = 3600, double lifetime = 3600) =>
        new(value, TimeSpan.FromSeconds(lifetime), SystemDefaults.Time.GetMonotonicNow() + TimeSpan.FromSeconds(left), Secrets.Set);

    public ValueTask<StoreReading> ReadAsync() => Store.ReadAsync(Key, Cancellation);

    /// <summary>Reads the store and then writes the token, as a refresh does.</summary>
    public async Task WriteAsync(AccessToken token)
    {
        await ReadAsync();
        await Store.WriteAsync(Key, token, Cancellation);
    }

    public ValueTask<LeaseAttempt> AcquireAsync() => Lease.TryAcquireAsync(Key, Cancellation);

    /// <summary>Runs a script as the store and the lease do.</summary>
    public Task<RedisResponse> RunAsync(string script, RedisKey[] keys, params RedisValue[] values) =>
        Client.RunAsync(RedisOperation.Write, new(script, keys, values), Cancellation);

    public Task<RedisResponse> CheckAsync() => Check.RunAsync(Key, Cancellation);

    public void Dispose()
    {
        logging.Dispose();
        Recorded.Dispose();
        meters.Dispose();
    }
}
