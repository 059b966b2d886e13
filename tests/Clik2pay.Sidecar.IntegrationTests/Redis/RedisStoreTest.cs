using Clik2pay.Sidecar.IntegrationTests.Support.Redis;

namespace Clik2pay.Sidecar.IntegrationTests.Redis;

/// <summary>The base class of tests that use a Redis server, and the store and lease of one replica.</summary>
public abstract class RedisStoreTest : IAsyncLifetime
{
    private protected RedisServer Server { get; private set; } = null!;

    private protected RedisRig Rig { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        Server = await RedisServer.StartAsync();
        Rig = new($"{Server.Endpoint}");
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Rig.Dispose();
        await Server.DisposeAsync();
    }
}
