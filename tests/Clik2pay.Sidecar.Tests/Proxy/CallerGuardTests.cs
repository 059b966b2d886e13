using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Proxy;

public sealed class CallerGuardTests : IAsyncLifetime
{
    private TestSidecar sidecar = null!;

    public async ValueTask InitializeAsync() => sidecar = await TestSidecar.StartAsync([("Sidecar:AllowedHosts", "localhost; pay.internal")]);

    public ValueTask DisposeAsync() => sidecar.DisposeAsync();

    [Theory]
    [InlineData("localhost")]
    [InlineData("LOCALHOST:8080")]
    [InlineData("pay.internal:1")]
    public async Task An_allowed_host_is_served(string host)
    {
        var answer = await GetAsync("/open/v1/a", host);

        Assert.StartsWith("HTTP/1.1 200", answer, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("attacker.example")]
    [InlineData("localhost.attacker.example")]
    [InlineData("127.0.0.1")]
    [InlineData("")]
    public async Task Any_other_host_is_refused_and_upstream_sees_nothing(string host)
    {
        var answer = await GetAsync("/open/v1/a", host);

        Assert.StartsWith("HTTP/1.1 403", answer, StringComparison.Ordinal);
        Assert.Contains("Clik2pay-Sidecar-Error: caller_refused", answer, StringComparison.Ordinal);
        Assert.Empty(sidecar.Upstream.Received);
    }

    [Theory]
    [InlineData("http://localhost/open/v1/a", "localhost")]
    [InlineData("http://attacker.example/open/v1/a", "attacker.example")]
    public async Task A_target_with_a_host_in_it_is_refused_and_nothing_is_sent_there(string target, string host)
    {
        var answer = await GetAsync(target, host);

        Assert.Matches("^HTTP/1.1 40[03]", answer);
        Assert.Empty(sidecar.Upstream.Received);
    }

    [Theory]
    [InlineData("websocket")]
    [InlineData("SPDY/3.1")]
    public async Task An_upgrade_is_refused_and_upstream_sees_nothing(string protocol)
    {
        var answer = await RawConnection.AskAsync(sidecar.Address, $"GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\nConnection: upgrade, close\r\nUpgrade: {protocol}\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 400", answer, StringComparison.Ordinal);
        Assert.Contains("bad_request", answer, StringComparison.Ordinal);
        Assert.Empty(sidecar.Upstream.Received);
    }

    private Task<string> GetAsync(string target, string host) =>
        RawConnection.AskAsync(sidecar.Address, $"GET {target} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
}
