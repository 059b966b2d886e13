using System.Net;
using Clik2pay.Sidecar.Requests.Routes;
using Clik2pay.Sidecar.Requests.Routes.Validation;
using Clik2pay.Sidecar.Tests.Support;
using Yarp.ReverseProxy.Configuration;

namespace Clik2pay.Sidecar.Tests.Requests.Routes.Validation;

public sealed class AmbiguousRoutesTests
{
    /// <summary>Routes of every kind. They include pairs of equal rank, some of which overlap.</summary>
    private static readonly RouteMatch[] Matches =
    [
        new() { Path = "/a" },
        new() { Path = "A/" },
        new() { Path = "/a/{id}" },
        new() { Path = "/a/{other?}" },
        new() { Path = "/{first}/5" },
        new() { Path = "/a/{id:int}" },
        new() { Path = "/a/{other:int}" },
        new() { Path = "/a/{id:alpha}" },
        new() { Path = "/a/{id}.json" },
        new() { Path = "/a/{name}.json" },
        new() { Path = "/a/{name}.xml" },
        new() { Path = "/a/{**rest}" },
        new() { Path = "/a/{*all}" },
        new() { Hosts = ["localhost"] },
        new() { Hosts = ["localhost:8080", "other"] },
        new() { Hosts = ["localhost:9090"] },
        new() { Hosts = ["localhost:*"] },
        new() { Hosts = ["*.example.com"] },
        new() { Hosts = ["localhost:8080", "*.example.com"] },
        new() { Hosts = ["x.example.com"] },
        new() { Hosts = ["*.x.example.com"] },
        new() { Hosts = ["*"] },
        new() { Hosts = ["*:8080"] },
        new() { Path = "/a", Methods = ["GET"] },
        new() { Path = "/a", Methods = ["get", "POST"] },
        new() { Path = "/a", Methods = ["PUT"] },
        new() { Path = "/a", Methods = ["GET"], Hosts = ["localhost"] },
        new() { Path = "/a", Headers = [Header("X-A", HeaderMatchMode.Exists)] },
        new() { Path = "/a", Headers = [Header("X-A", HeaderMatchMode.NotExists)] },
        new() { Path = "/a", Headers = [Header("x-a", HeaderMatchMode.ExactHeader, "a")] },
        new() { Path = "/a", Headers = [Header("X-A", HeaderMatchMode.ExactHeader, "b", "ab")] },
        new() { Path = "/a", Headers = [Header("X-A", HeaderMatchMode.HeaderPrefix, "a")] },
        new() { Path = "/a", Headers = [Header("X-A", HeaderMatchMode.HeaderPrefix, "c")] },
        new() { Path = "/a", Headers = [Header("X-A", HeaderMatchMode.Contains, "b")] },
        new() { Path = "/a", Headers = [Header("X-A", HeaderMatchMode.NotContains, "b")] },
        new() { Path = "/a", Headers = [Header("X-A", HeaderMatchMode.NotContains, "a", "c")] },
        new() { Path = "/a", Headers = [new() { Name = "X-A", Values = ["A"], IsCaseSensitive = true }] },
        new() { Path = "/a", Headers = [new() { Name = "X-A", Values = ["a"], IsCaseSensitive = true }] },
        new() { Path = "/a", Headers = [Header("X-B", HeaderMatchMode.ExactHeader, "a")] },
        new() { Path = "/a", Headers = [Header("X-A", HeaderMatchMode.Exists), Header("X-B", HeaderMatchMode.Exists)] },
        new() { Path = "/a", QueryParameters = [Query("a", QueryParameterMatchMode.Exists)] },
        new() { Path = "/a", QueryParameters = [Query("A", QueryParameterMatchMode.Exact, "1")] },
        new() { Path = "/a", QueryParameters = [Query("a", QueryParameterMatchMode.Exact, "2")] },
        new() { Path = "/a", QueryParameters = [Query("a", QueryParameterMatchMode.Prefix, "1")] },
        new() { Path = "/a", QueryParameters = [Query("a", QueryParameterMatchMode.Contains, "2")] },
        new() { Path = "/a", QueryParameters = [Query("a", QueryParameterMatchMode.NotContains, "1")] },
        new() { Path = "/a", QueryParameters = [Query("b", QueryParameterMatchMode.Exists)] },
    ];

    [Fact]
    public async Task Routes_are_ambiguous_exactly_if_routing_cannot_decide_between_them()
    {
        var differences = new List<string>();
        for (var i = 0; i < Matches.Length; i++)
        {
            for (var j = i; j < Matches.Length; j++)
            {
                RouteConfig[] routes = [Route("first", Matches[i]), Route("second", Matches[j])];
                await using var router = new BareRouter(routes);
                var request = await router.FindAmbiguousRequestAsync();
                if (AmbiguousRoutes.AreAmbiguous(routes[0], routes[1]) != request is not null)
                    differences.Add($"{i} and {j}: {request ?? "reported, but no request is ambiguous"}");
            }
        }

        Assert.Empty(differences);
    }

    [Fact]
    public async Task Routes_for_the_same_requests_are_refused_at_startup_with_both_names()
    {
        var refusal = await Assert.ThrowsAsync<InvalidRoutesException>(() => TestSidecar.StartAsync(
        [
            ("ReverseProxy:Routes:other:ClusterId", "clik2pay"),
            ("ReverseProxy:Routes:other:Match:Path", "/open/V1/{**all}"),
        ]));

        var line = Assert.Single(refusal.Errors);
        Assert.Contains("'api' and 'other'", line, StringComparison.Ordinal);
        Assert.Contains("Order", line, StringComparison.Ordinal);
    }

    /// <summary>Routing takes one of the two routes, so the other one never applies.</summary>
    [Fact]
    public void The_same_host_in_another_case_is_reported()
    {
        var (first, second) = (Route("first", new() { Hosts = ["LOCALHOST"] }), Route("second", new() { Hosts = ["localhost:*"] }));

        Assert.True(AmbiguousRoutes.AreAmbiguous(first, second));
    }

    [Theory]
    [InlineData("Order", "1")]
    [InlineData("Match:Methods:0", "POST")]
    [InlineData("Match:Hosts:0", "localhost")]
    [InlineData("Match:Headers:0:Values:0", "X-A")]
    public async Task Routes_with_different_ranks_are_accepted(string key, string value)
    {
        await using var sidecar = await TestSidecar.StartAsync(
        [
            ("ReverseProxy:Routes:other:ClusterId", "clik2pay"),
            ("ReverseProxy:Routes:other:Match:Path", "/open/v1/{**all}"),
            ($"ReverseProxy:Routes:other:{key}", value),
            .. key.Contains("Headers", StringComparison.Ordinal)
                ? new (string, string?)[] { ("ReverseProxy:Routes:other:Match:Headers:0:Name", "X-A") }
                : [],
        ]);

        Assert.Equal(HttpStatusCode.OK, (await sidecar.Caller.GetAsync("/open/v1/a")).StatusCode);
    }

    private static RouteConfig Route(string id, RouteMatch match) => new() { RouteId = id, ClusterId = "c", Match = match };

    private static RouteHeader Header(string name, HeaderMatchMode mode, params string[] values) =>
        new() { Name = name, Mode = mode, Values = values };

    private static RouteQueryParameter Query(string name, QueryParameterMatchMode mode, params string[] values) =>
        new() { Name = name, Mode = mode, Values = values };
}
