using System.Net;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Requests.Routes.Schema;

public sealed class RouteSettingsTests
{
    [Theory]
    [InlineData("GET /a", "any")]
    [InlineData("POST /a", "post")]
    [InlineData("GET /a Host:127.0.0.1", "host")]
    [InlineData("GET /header-exists X-A:1", "header-exists")]
    [InlineData("GET /header-exists", "any")]
    [InlineData("GET /header-exact X-A:one", "header-exact")]
    [InlineData("GET /header-exact X-A:TWO", "header-exact")]
    [InlineData("GET /header-exact X-A:three", "any")]
    [InlineData("GET /header-case X-A:One", "header-case")]
    [InlineData("GET /header-case X-A:one", "any")]
    [InlineData("GET /header-prefix X-A:abc", "header-prefix")]
    [InlineData("GET /header-prefix X-A:cab", "any")]
    [InlineData("GET /header-contains X-A:xaby", "header-contains")]
    [InlineData("GET /header-contains X-A:xayb", "any")]
    [InlineData("GET /header-not", "header-not")]
    [InlineData("GET /header-not X-A:", "header-not")]
    [InlineData("GET /header-not X-A:1", "any")]
    [InlineData("GET /header-without", "header-without")]
    [InlineData("GET /header-without X-A:xaby", "any")]
    [InlineData("GET /query-exists?a=1", "query-exists")]
    [InlineData("GET /query-exists?b=1", "any")]
    [InlineData("GET /query-exact?a=one", "query-exact")]
    [InlineData("GET /query-exact?A=TWO", "query-exact")]
    [InlineData("GET /query-exact?a=three", "any")]
    [InlineData("GET /query-case?a=One", "query-case")]
    [InlineData("GET /query-case?a=one", "any")]
    [InlineData("GET /query-prefix?a=abc", "query-prefix")]
    [InlineData("GET /query-prefix?a=cab", "any")]
    [InlineData("GET /query-contains?a=xaby", "query-contains")]
    [InlineData("GET /query-contains?a=xayb", "any")]
    [InlineData("GET /query-without?b=1", "query-without")]
    [InlineData("GET /query-without?a=xaby", "any")]
    public async Task A_request_gets_the_route_that_it_matches(string request, string expected)
    {
        await using var sidecar = await TestSidecar.StartAsync(
        [
            .. Route("any", ("Path", "/{**rest}")),
            .. Route("post", ("Path", "/a"), ("Methods:0", "PUT"), ("Methods:1", "POST")),
            .. Route("host", ("Path", "/a"), ("Hosts:0", "127.0.0.1")),
            .. Matcher("header-exists", "Headers", "Exists"),
            .. Matcher("header-exact", "Headers", mode: null, "two", "one"),
            .. Matcher("header-case", "Headers", "ExactHeader", "One"),
            ("ReverseProxy:Routes:header-case:Match:Headers:0:IsCaseSensitive", "true"),
            .. Matcher("header-prefix", "Headers", "HeaderPrefix", "ab"),
            .. Matcher("header-contains", "Headers", "Contains", "ab"),
            .. Matcher("header-not", "Headers", "NotExists"),
            .. Matcher("header-without", "Headers", "NotContains", "ab"),
            .. Matcher("query-exists", "QueryParameters", "Exists"),
            .. Matcher("query-exact", "QueryParameters", mode: null, "two", "one"),
            .. Matcher("query-case", "QueryParameters", "Exact", "One"),
            ("ReverseProxy:Routes:query-case:Match:QueryParameters:0:IsCaseSensitive", "true"),
            .. Matcher("query-prefix", "QueryParameters", "Prefix", "ab"),
            .. Matcher("query-contains", "QueryParameters", "Contains", "ab"),
            .. Matcher("query-without", "QueryParameters", "NotContains", "ab"),
        ]);

        var parts = request.Split(' ');
        using var message = new HttpRequestMessage(new(parts[0]), parts[1]);
        message.Headers.Host = "localhost";
        foreach (var header in parts.Skip(2).Select(header => header.Split(':')))
        {
            message.Headers.Remove(header[0]);
            message.Headers.Add(header[0], header[1]);
        }

        var response = await sidecar.Caller.SendAsync(message);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(expected, RouteOf(sidecar.Upstream.Single()));
    }

    [Theory]
    [InlineData(1, -1, "second")]
    [InlineData(-1, 1, "api")]
    [InlineData(int.MaxValue - 1, 0, "second")]
    public async Task The_route_with_the_smaller_order_wins(int order, int orderOfSecond, string expected)
    {
        await using var sidecar = await TestSidecar.StartAsync(
        [
            .. Route("api", ("Path", "/{**rest}")), ("ReverseProxy:Routes:api:Order", $"{order}"),
            .. Route("second", ("Path", "/{**rest}")), ("ReverseProxy:Routes:second:Order", $"{orderOfSecond}"),
        ]);

        await sidecar.Caller.GetAsync("/a");

        Assert.Equal(expected, RouteOf(sidecar.Upstream.Single()));
    }

    [Fact]
    public async Task A_route_has_the_timeout_of_its_cluster()
    {
        await using var sidecar = await TestSidecar.StartAsync(
        [
            .. Route("hurried", ("Path", "/b")),
            ("ReverseProxy:Routes:hurried:ClusterId", "hurried"),
            ("ReverseProxy:Clusters:hurried:HttpRequest:ActivityTimeout", "00:00:00.2"),
        ]);
        using var end = new CancellationTokenSource();
        sidecar.Upstream.Respond = context => Task.Delay(Timeout.InfiniteTimeSpan, SystemDefaults.Time, end.Token);

        var waiting = sidecar.Caller.GetAsync("/open/v1/a");
        var response = await sidecar.Caller.GetAsync("/b");

        Assert.Equal(HttpStatusCode.GatewayTimeout, response.StatusCode);
        Assert.Contains("0.2 s (ActivityTimeout in proxy.json)", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.False(waiting.IsCompleted);
        await end.CancelAsync();
        await waiting;
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Requests_use_no_more_connections_than_the_cluster_allows(int limit)
    {
        await using var sidecar = await TestSidecar.StartAsync(
            [("ReverseProxy:Clusters:clik2pay:HttpClient:MaxConnectionsPerServer", $"{limit}")]);
        var (current, most) = (0, 0);
        var full = new TaskCompletionSource();
        sidecar.Upstream.Respond = async context =>
        {
            var now = Interlocked.Increment(ref current);
            InterlockedMax(ref most, now);
            if (now >= limit)
                full.TrySetResult();

            // If the sidecar used more connections, the requests on them would arrive during the delay.
            await full.Task;
            await Task.Delay(TimeSpan.FromMilliseconds(20), SystemDefaults.Time);
            Interlocked.Decrement(ref current);
        };

        await Task.WhenAll(Enumerable.Range(0, 6 + limit).Select(_ => sidecar.Caller.GetAsync("/open/v1/a")));

        Assert.Equal(limit, most);

        static void InterlockedMax(ref int target, int value)
        {
            for (var seen = Volatile.Read(ref target); seen < value; seen = Volatile.Read(ref target))
                Interlocked.CompareExchange(ref target, value, seen);
        }
    }

    [Theory]
    [InlineData("/b/5", "X-None", "a", "int")]
    [InlineData("/c", "X-Kind", "one, two", "kind-one")]
    public async Task Of_two_routes_with_equal_rank_the_alphabetically_first_wins(
        string target, string header, string value, string expected)
    {
        await using var sidecar = await TestSidecar.StartAsync(
        [
            .. Route("long", ("Path", "/b/{id:long}")),
            .. Route("int", ("Path", "/b/{id:int}")),
            .. Route("kind-two", ("Path", "/c"), ("Headers:0:Name", "X-Kind"), ("Headers:0:Values:0", "two")),
            .. Route("kind-one", ("Path", "/c"), ("Headers:0:Name", "X-Kind"), ("Headers:0:Values:0", "one")),
        ]);
        using var request = new HttpRequestMessage(HttpMethod.Get, target);
        request.Headers.Add(header, value);

        Assert.Equal(HttpStatusCode.OK, (await sidecar.Caller.SendAsync(request)).StatusCode);

        Assert.Equal(expected, RouteOf(sidecar.Upstream.Single()));
    }

    private static string RouteOf(UpstreamRequest request) => request.Headers["X-Route"].ToString();

    private static IEnumerable<(string, string?)> Matcher(string id, string kind, string? mode, params string[] values) => Route(id,
    [
        ("Path", $"/{id}"),
        ($"{kind}:0:Name", kind == "Headers" ? "X-A" : "a"),
        .. mode is null ? Array.Empty<(string, string)>() : [($"{kind}:0:Mode", mode)],
        .. values.Select((value, i) => ($"{kind}:0:Values:{i}", value)),
    ]);

    /// <summary>A route that adds its name to requests, in the header X-Route.</summary>
    private static IEnumerable<(string, string?)> Route(string id, params (string Key, string Value)[] match) =>
    [
        ($"ReverseProxy:Routes:{id}:ClusterId", "clik2pay"),
        ($"ReverseProxy:Routes:{id}:Transforms:0:RequestHeader", "X-Route"),
        ($"ReverseProxy:Routes:{id}:Transforms:0:Set", id),
        .. match.Select(pair => ($"ReverseProxy:Routes:{id}:Match:{pair.Key}", (string?)pair.Value)),
    ];
}
