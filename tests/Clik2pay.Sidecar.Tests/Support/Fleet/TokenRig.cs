using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tests.Support.Telemetry;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Control;
using Clik2pay.Sidecar.Tokens.Sharing;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Logging.Abstractions;

namespace Clik2pay.Sidecar.Tests.Support.Fleet;

/// <summary>The token lifecycle of one replica on simulated time.</summary>
internal sealed class TokenRig
{
    private static readonly CredentialFiles NoFiles = new(new ConfigurationBuilder().Build(), "default");
    private static readonly Clik2payOptions Options = new()
    {
        Environment = Clik2payEnvironment.Custom,
        ApiBaseUrl = new("http://localhost"),
        TokenEndpoint = new("http://localhost/oauth2/token"),
        Credentials = Secrets.Set,
        Scope = "",
        RefreshAt = 0.75,
    };

    private readonly Simulation simulation;

    public TokenRig(
        Simulation simulation,
        NumberingEndpoint endpoint,
        ITokenStore? store = null,
        ITokenLease? lease = null,
        int seed = 1,
        double refreshAt = 0.75,
        TimeProvider? time = null,
        TokenMetrics? metrics = null)
    {
        this.simulation = simulation;
        time ??= simulation.Time;
#pragma warning disable CA5394 // A simulation needs a seeded source.
        var random = new Random(seed);
#pragma warning restore CA5394
        Lifecycle = new(
            Options with { RefreshAt = refreshAt },
            Key,
            NoFiles,
            endpoint,
            store ?? new InProcessTokenStore(time),
            lease ?? new InProcessTokenLease(time),
            metrics ?? TestMeters.Unread,
            time,
            random,
            new BlockingThreads(),
            NullLoggerFactory.Instance);
    }

    public static TokenKey Key { get; } = CreateKey("Custom:test");

    public static TokenKey CreateKey(string value) => new(value, Secrets.Set, new byte[32]);

    public TokenLifecycle Lifecycle { get; }

    public TokenSlot Slot => Lifecycle.Slot;

    public AccessTokenSource Source => Lifecycle.Source;

    /// <summary>Starts the refresh loop as the host does.</summary>
    public Task Start() => simulation.Start(() => Lifecycle.RunAsync(TestContext.Current.CancellationToken));

    /// <summary>Gets a token as a request does. Runs until there is a result, or until the request waits for time.</summary>
    public Task<AccessToken?> Get() => simulation.Start(() => Source.GetAsync(TestContext.Current.CancellationToken).AsTask());

    /// <summary>Rejects the current token as a request does after a 401.</summary>
    public void RejectCurrent() => Reject(Slot.Current!.Authorization);

    /// <summary>Rejects a token as a request does after a 401.</summary>
    public void Reject(string authorization) => simulation.Start(() =>
    {
        Source.Reject(authorization);
        return true;
    });
}
