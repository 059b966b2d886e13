using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Clik2pay.Sidecar.Networking;

namespace Clik2pay.Sidecar.Tests.Networking;

/// <summary>Name resolution while the lookups of other names block their threads.</summary>
public sealed class NameResolverTests : IDisposable
{
    private static readonly IPAddress[] Found = [IPAddress.Parse("192.0.2.1")];

    private readonly ManualResetEventSlim unblocked = new();
    private readonly ConcurrentQueue<string> lookups = new();
    private readonly NameResolver resolver;

    public NameResolverTests() => resolver = new(Lookup);

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        unblocked.Set();
        unblocked.Dispose();
    }

    [Fact]
    public async Task A_name_resolves_while_the_lookups_of_100_other_names_block_and_the_thread_pool_stays_free()
    {
        var blocked = Enumerable.Range(0, 100).Select(number => resolver.ResolveAsync($"blocked-{number}", Cancellation)).ToList();

        Assert.Equal(Found, await resolver.ResolveAsync("healthy", Cancellation));
        Assert.DoesNotContain("on a thread of the pool", lookups);
        Assert.All(blocked, lookup => Assert.False(lookup.IsCompleted));
        unblocked.Set();
        Assert.All(await Task.WhenAll(blocked), addresses => Assert.Equal(Found, addresses));
    }

    [Fact]
    public async Task Concurrent_calls_for_one_name_share_one_lookup_and_a_later_call_starts_another()
    {
        var (one, two) = (resolver.ResolveAsync("blocked", Cancellation), resolver.ResolveAsync("BLOCKED", Cancellation));
        unblocked.Set();
        await Task.WhenAll(one, two);
        Assert.Equal(["blocked"], lookups);

        await resolver.ResolveAsync("blocked", Cancellation);

        Assert.Equal(["blocked", "blocked"], lookups);
    }

    [Fact]
    public async Task A_canceled_call_leaves_its_lookup_to_the_next_call()
    {
        using var cancel = new CancellationTokenSource();
        var canceled = resolver.ResolveAsync("blocked", cancel.Token);
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => canceled);

        var next = resolver.ResolveAsync("blocked", Cancellation);
        unblocked.Set();

        Assert.Equal(Found, await next);
        Assert.Single(lookups);
    }

    [Fact]
    public async Task A_failure_reaches_every_caller_and_the_next_call_tries_again()
    {
        for (var attempt = 1; attempt <= 2; attempt++)
        {
            var failure = await Assert.ThrowsAsync<SocketException>(() => resolver.ResolveAsync("unknown", Cancellation));
            Assert.Equal((SocketError.HostNotFound, attempt), (failure.SocketErrorCode, lookups.Count));
        }
    }

    [Theory]
    [InlineData("127.0.0.1")]
    [InlineData("::1")]
    public async Task An_IP_address_needs_no_lookup(string address)
    {
        Assert.Equal([IPAddress.Parse(address)], await resolver.ResolveAsync(address, Cancellation));
        Assert.Empty(lookups);
    }

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    public async Task The_system_resolver_refuses_an_unspecified_address(string address) =>
        await Assert.ThrowsAsync<ArgumentException>(() => new NameResolver().ResolveAsync(address, Cancellation));

    [Fact]
    public async Task The_system_resolver_finds_localhost() =>
        Assert.All(await new NameResolver().ResolveAsync("localhost", Cancellation), address => Assert.True(IPAddress.IsLoopback(address)));

    private IPAddress[] Lookup(string host)
    {
        lookups.Enqueue(Thread.CurrentThread.IsThreadPoolThread ? "on a thread of the pool" : host);
        if (host == "unknown")
            throw new SocketException((int)SocketError.HostNotFound);

        if (host.StartsWith("blocked", StringComparison.Ordinal))
            unblocked.Wait(CancellationToken.None);
        return Found;
    }
}
