using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Fleet.Histories.Recording;
using Clik2pay.Sidecar.IntegrationTests.Support.Redis;
using Clik2pay.Sidecar.Redis.Connections;
using StackExchange.Redis;

namespace Clik2pay.Sidecar.IntegrationTests.Fleet.Histories.Running;

/// <summary>Records the expiry of the token in Redis, every 100 ms.</summary>
internal sealed class StoreObserver : IAsyncDisposable
{
    private const string ReadExpiry = """
        local clock = redis.call('TIME')
        local keys = redis.call('KEYS', '*:token')
        if not keys[1] then return 0 end
        return clock[1] * 1000 + math.floor(clock[2] / 1000) + redis.call('PTTL', keys[1])
        """;

    private static readonly TimeSpan Period = TimeSpan.FromMilliseconds(100);

    private readonly SentinelRedis redis;
    private readonly History history;
    private readonly HistoryClock clock;
    private readonly CancellationTokenSource stop = new();
    private readonly Task observing;

    public StoreObserver(SentinelRedis redis, History history, HistoryClock clock)
    {
        (this.redis, this.history, this.clock) = (redis, history, clock);
        observing = ObserveAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await stop.CancelAsync();
        await observing;
        stop.Dispose();
    }

    private async Task ObserveAsync()
    {
        while (!stop.IsCancellationRequested)
        {
            var readAt = clock.Now;
            try
            {
                var master = await redis.FindMasterAsync();
                var reply = await master.RunAsync("EVAL", ReadExpiry, 0).WaitAsync(TimeSpan.FromSeconds(1), SystemDefaults.Time);
                if (reply.Integer is > 0 and var expiry)
                    history.StoredExpiries.Enqueue(new(readAt, master.Port, TimeSpan.FromMilliseconds(expiry)));
            }
            catch (Exception e) when (e is RedisConnectionException or RedisServerException or TimeoutException)
            {
                // The master was killed or is stopped, or its replica has not been promoted yet.
            }

            await Task.Delay(Period, SystemDefaults.Time, CancellationToken.None);
        }
    }
}
