using Clik2pay.Sidecar.Benchmarks.Rig.Results;

namespace Clik2pay.Sidecar.Benchmarks.Rig.Servers;

/// <summary>The Redis that the sidecar shares its token through.</summary>
internal sealed class SharedStore : IAsyncDisposable
{
    private readonly Server server;

    private SharedStore(Server server) => this.server = server;

    public string ConnectionString => $"127.0.0.1:{server.Port}";

    public static async Task<SharedStore> StartAsync(Folder folder, CancellationToken cancellationToken)
    {
        var port = Ports.TakeFree();
        var store = new SharedStore(Server.Start("redis-server", port, Tool.Need("redis-server"), ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--dir", folder.Path]));
        await FirstResponse.WaitForConnectionAsync(store.server, cancellationToken);
        return store;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
