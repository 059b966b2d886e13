using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Requests.Connections;

/// <summary>
/// One sidecar for all tests of a class. It has a catch-all route, narrow routes, and a catch-all route with a narrow one inside.
/// </summary>
public sealed class RawSocketSidecar : IAsyncLifetime
{
    internal WireUpstream Upstream { get; } = new();

    internal TestSidecar Sidecar { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Sidecar = await TestSidecar.StartAsync(
        Upstream,
        [
            .. Route("one", "/narrow/{id}"), .. Route("refunds", "/narrow/{id}/refunds"),
            .. Route("files", "/files/{**rest}"), .. Route("secret", "/files/secret/{id}"),
            .. Route("typed", "/typed/{id:int}"), .. Route("dated", "/dated/{d:datetime}"), .. Route("range", "/range/{a}-{b}"),
        ]);

    public async ValueTask DisposeAsync()
    {
        await Sidecar.DisposeAsync();
        await Upstream.DisposeAsync();
    }

    private static IEnumerable<(string Key, string? Value)> Route(string id, string path) =>
        [($"ReverseProxy:Routes:{id}:ClusterId", "clik2pay"), ($"ReverseProxy:Routes:{id}:Match:Path", path)];
}
