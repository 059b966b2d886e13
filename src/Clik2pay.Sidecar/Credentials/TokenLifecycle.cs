using System.Diagnostics;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Control;
using Clik2pay.Sidecar.Tokens.Endpoint;
using Clik2pay.Sidecar.Tokens.Refresh;
using Clik2pay.Sidecar.Tokens.Sharing;

namespace Clik2pay.Sidecar.Credentials;

/// <summary>
/// Everything that belongs to one credential set: its token, refreshes, rotation, sharing and status. Data flows from the schedule to the
/// shared store or the token endpoint, to the slot, to requests, and back to the shared store.
/// </summary>
internal sealed class TokenLifecycle
{
    private readonly RefreshHistory history = new();
    private readonly RefreshState state = new();
    private readonly ITokenStore store;
    private readonly TimeProvider time;
    private readonly Rotation rotation;
    private readonly RefreshTriggers triggers;
    private readonly RefreshLoop loop;

    public TokenLifecycle(
        Clik2payOptions options,
        TokenKey key,
        CredentialFiles files,
        ITokenEndpoint endpoint,
        ITokenStore store,
        ITokenLease lease,
        TokenMetrics metrics,
        TimeProvider time,
        Random random,
        BlockingThreads threads,
        ILoggerFactory logs)
    {
        (this.store, this.time) = (store, time);
        var log = logs.CreateLogger<RefreshLoop>();
        Slot = new(time);
        rotation = new(key, Slot, time);
        triggers = new(state, Slot, rotation, time, log);

        var schedule = new RefreshSchedule(options.RefreshAt, store.CanLoseTokens, random);
        var sharing = new TokenSharing(Slot, store, time);
        var fetcher = new TokenFetcher(Slot, endpoint, metrics, time);
        var refresher = new TokenRefresher(Slot, sharing, lease, fetcher, history, metrics, time, random);
        loop = new(triggers, state, refresher, sharing, schedule, rotation, Slot, history, metrics, time, log);

        Source = new(Slot, state, triggers, time, logs.CreateLogger<AccessTokenSource>());
        RotationWatch = new(files, rotation, Offer, options, threads, time, logs.CreateLogger<RotationWatch>());
    }

    /// <summary>Provides the request pipeline with tokens.</summary>
    public AccessTokenSource Source { get; }

    public TokenSlot Slot { get; }

    /// <summary>The credentials in use, and the key under which replicas share their token.</summary>
    public TokenKey Key => rotation.InUse;

    /// <summary>Watches the credential files.</summary>
    public RotationWatch RotationWatch { get; }

    /// <summary>The token to send now; null if there is no valid token.</summary>
    public AccessToken? Current => Slot.Current;

    /// <summary>How the last refresh ended, and when the next one is due.</summary>
    public RefreshStatus Status => state.Status;

    /// <summary>
    /// The status of the newest credentials that have been tried: of the pending ones after their first attempt, otherwise of those in use.
    /// </summary>
    public RefreshStatus NewestStatus => rotation.PendingStatus ?? Status;

    /// <summary>The last refreshes and the last attempt to acquire the lease.</summary>
    public RefreshHistory History => history;

    /// <summary>The state of the shared store at the last operation.</summary>
    public StoreStatus Store => store.Status;

    /// <summary>Why the credential files differ from the credentials in use, for people. Null if both are the same.</summary>
    public string? WhyRotationPending => RotationWatch.WhyPending;

    /// <inheritdoc cref="RefreshState.NextRefresh"/>
    public Task<ActivityContext> NextRefresh => state.NextRefresh;

    /// <summary>Keeps a valid token in the slot until cancellation.</summary>
    public Task RunAsync(CancellationToken cancellationToken) => loop.RunAsync(cancellationToken);

    /// <inheritdoc cref="RefreshTriggers.CheckClocks"/>
    public void CheckClocks() => triggers.CheckClocks();

    /// <summary>
    /// Offers new credentials. They are tried at once, and then after pauses as after any failure, until they obtain a token or others are
    /// offered. Until they obtain a token, the current credentials stay in use.
    /// </summary>
    public void Offer(TokenKey key)
    {
        rotation.Offer(key);
        triggers.Wake(RefreshTrigger.Rotation);
    }

    /// <summary>Fetches a new token for an operator. If the fetch fails, the current token stays in use.</summary>
    /// <returns>The refresh, after its token has been shared.</returns>
    public Task<RefreshRecord> RefreshNowAsync(CancellationToken cancellationToken)
    {
        var refresh = state.WaitForOperatorRefresh(time.GetMonotonicNow());
        triggers.Wake(RefreshTrigger.Operator);
        return refresh.WaitAsync(cancellationToken);
    }
}
