using System.Net;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Requests.Routes;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Requests.Routes;

public sealed class RoutesTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/open/v2/a")]
    [InlineData("/openv1")]
    [InlineData("/livez")]
    [InlineData("/readyz")]
    [InlineData("/favicon.ico")]
    public async Task A_request_without_a_route_gets_the_sidecars_404(string path)
    {
        await using var sidecar = await TestSidecar.StartAsync();

        var response = await sidecar.Caller.PostAsync(path, content: null);

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Equal(["no_route"], response.Headers.GetValues("Clik2pay-Sidecar-Error"));
        Assert.Empty(sidecar.Upstream.Received);
    }

    [Theory]
    [InlineData("")]
    [InlineData("/")]
    public async Task The_address_of_the_environment_is_accepted_as_a_destination(string suffix)
    {
        await using var upstream = await RecordingUpstream.StartAsync();
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        await using var sidecar = await TestSidecar.StartAsync(
            upstream, tokenEndpoint, [("ReverseProxy:Clusters:clik2pay:Destinations:d:Address", upstream.Address + suffix)]);

        await sidecar.Caller.GetAsync("/open/v1/a");

        upstream.Single();
    }

    [Theory]
    [InlineData("/elsewhere")]
    [InlineData("0")]
    [InlineData("?a=b")]
    public async Task Another_address_is_refused_as_a_destination(string suffix)
    {
        await using var upstream = await RecordingUpstream.StartAsync();
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();

        var refusal = await Assert.ThrowsAsync<InvalidRoutesException>(
            () => TestSidecar.StartAsync(
            upstream, tokenEndpoint, [("ReverseProxy:Clusters:clik2pay:Destinations:d:Address", upstream.Address + suffix)]));

        Assert.Contains("the API of the profile", Assert.Single(refusal.Errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("ClusterId", "clik2pya", "clik2pya")]
    [InlineData("Match:Path", "/open/{", "Invalid path")]
    [InlineData("Match:Path", "/open/{id:nosuch}", "nosuch")]
    [InlineData("Match:Path", "/open/{id:range(a)}", "range(a)")]
    [InlineData("Match:Headers:0:Name", "a", "header values")]
    [InlineData("Match:QueryParameters:0:Name", "a", "query parameter values")]
    public async Task A_route_that_cannot_work_is_refused(string key, string value, string why)
    {
        var refusal = await Assert.ThrowsAsync<InvalidRoutesException>(
            () => TestSidecar.StartAsync([($"ReverseProxy:Routes:api:{key}", value)]));

        Assert.Contains(refusal.Errors, error => error.Contains(why, StringComparison.Ordinal));
        Assert.All(refusal.Errors, error => Assert.DoesNotContain("   at ", error, StringComparison.Ordinal));
        Assert.All(refusal.Errors, error => Assert.DoesNotContain("An exception was thrown", error, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_valid_edit_of_proxy_json_takes_effect_and_an_invalid_one_does_not()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("proxy.json", Route("/open/v1/{**rest}"));
        using var routes = new RoutesFile(path, SystemDefaults.Time);
        await using var sidecar = await TestSidecar.StartAsync(routes);

        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/open/v1/a"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync("/open/v2/a"));

        folder.Write("proxy.json", Route("/open/v2/{**rest}"));
        await sidecar.Log.WaitForAsync("Routes in use: 1.", times: 2);
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync("/open/v1/a"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/open/v2/a"));

        // Each invalid edit is reported in one line, and the previous routes stay in use.
        (string Content, string Why)[] broken =
        [
            ("{ broken", "not valid JSON"),
            (Route("/open/{"), "Invalid path"),
            (Route("/open/v3/{**rest}").Replace("\"ClusterId\":\"c\"", "\"ClusterId\":\"d\"", StringComparison.Ordinal), "'d'"),
            (Route("/open/v3/{**rest}").Replace(
                "\"Routes\":{", "\"Routes\":{\"b\":{\"ClusterId\":\"c\",\"Match\":{\"Path\":\"/open/v3/{**all}\"}},",
                StringComparison.Ordinal), "'api' and 'b'"),
            (Route("/open/v3/{**rest}").Replace(
                "\"ClusterId\"", "\"Transforms\":[{\"Forwarded\":\"proto\",\"ForFormat\":\"Ip\"}],\"ClusterId\"",
                StringComparison.Ordinal), "transform"),
            (Route("/open/v3/{**rest}").Replace(
                "{\"ReverseProxy\"", "{\"Logging\":{},\"ReverseProxy\"", StringComparison.Ordinal), "Logging"),
        ];
        foreach (var (content, why) in broken)
        {
            folder.Write("proxy.json", content);
            var line = await sidecar.Log.WaitForAsync("previous routes stay in use. ", containing: why);
            Assert.DoesNotContain("   at ", line, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, await StatusAsync("/open/v2/a"));
        }

        async Task<HttpStatusCode> StatusAsync(string target) => (await sidecar.Caller.GetAsync(target)).StatusCode;
    }

    private static string Route(string pattern) =>
        """{"ReverseProxy":{"Routes":{"api":{"ClusterId":"c","Match":{"Path":"PATH"}}},"Clusters":{"c":{}}}}"""
            .Replace("PATH", pattern, StringComparison.Ordinal);
}
