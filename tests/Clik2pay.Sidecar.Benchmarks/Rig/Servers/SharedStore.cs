namespace Clik2pay.Sidecar.Benchmarks.Rig.Servers;

/// <summary>A Redis through which the sidecar shares its token.</summary>
internal sealed class SharedStore : IAsyncDisposable
{
    private readonly Server server;

    private SharedStore(Server server) => this.server = server;

    public string ConnectionString => $"127.0.0.1:{server.Port}";

    public static async Task<SharedStore> StartAsync(TemporaryFolder folder, CancellationToken cancellationToken)
    {
        var port = Ports.FindFree();
        string[] arguments = ["--port", $"{port}", "--bind", "127.0.0.1", "--save", "", "--dir", folder.Path];
        var store = new SharedStore(Server.Start("redis-server", port, Tool.Require("redis-server"), arguments));
        await FirstResponse.WaitForConnectionAsync(store.server, cancellationToken);
        return store;
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();
}
