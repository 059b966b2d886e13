using System.Net;
using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Proxy;
using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Proxy;

public sealed class RoutesTests
{
    [Theory]
    [InlineData("/")]
    [InlineData("/open/v2/a")]
    [InlineData("/openv1")]
    [InlineData("/livez")]
    [InlineData("/readyz")]
    [InlineData("/favicon.ico")]
    public async Task What_has_no_route_is_404_of_ours(string path)
    {
        await using var sidecar = await TestSidecar.StartAsync();

        var answer = await sidecar.Caller.PostAsync(path, content: null);

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Equal(["no_route"], answer.Headers.GetValues("Clik2pay-Sidecar-Error"));
        Assert.Empty(sidecar.Upstream.Received);
    }

    [Fact]
    public async Task A_destination_in_proxy_json_takes_the_credentials_nowhere_else()
    {
        await using var elsewhere = await RecordingUpstream.StartAsync();
        await using var sidecar = await TestSidecar.StartAsync([("ReverseProxy:Clusters:clik2pay:Destinations:d:Address", elsewhere.Address)]);

        await sidecar.Caller.GetAsync("/open/v1/a");

        Assert.Empty(elsewhere.Received);
        sidecar.Upstream.Single();
    }

    [Theory]
    [InlineData("HttpClient:DangerousAcceptAnyServerCertificate", "true", "anybody")]
    [InlineData("HttpClient:SslProtocols:0", "Tls", "weaken")]
    [InlineData("HttpClient:WebProxy:Address", "http://127.0.0.1:1", "HTTPS_PROXY")]
    [InlineData("HttpRequest:ActivityTimeout", "00:00:00", "not positive")]
    [InlineData("HttpRequest:Version", "2", "HttpRequest:Version 2.0; remove it")]
    [InlineData("HttpRequest:Version", "1.0", "HttpRequest:Version 1.0; remove it")]
    [InlineData("HttpRequest:VersionPolicy", "RequestVersionOrHigher", "HttpRequest:VersionPolicy RequestVersionOrHigher; remove it")]
    public async Task A_cluster_that_would_take_the_credentials_elsewhere_or_never_send_is_refused(string key, string value, string why) =>
        await AssertRefusedAsync($"ReverseProxy:Clusters:clik2pay:{key}", value, why);

    [Theory]
    [InlineData("ClusterId", "clik2pya", "clik2pya")]
    [InlineData("Match:Path", "/open/{", "Invalid path")]
    [InlineData("Timeout", "00:00:10", "does not offer")]
    [InlineData("AuthorizationPolicy", "default", "does not offer")]
    [InlineData("CorsPolicy", "disable", "does not offer")]
    [InlineData("Transforms:0:PathPrefix", "/open", "as the caller wrote them")]
    [InlineData("Transforms:0:QueryRemoveParameter", "a", "as the caller wrote them")]
    [InlineData("Transforms:0:HttpMethodChange", "GET", "as the caller wrote them")]
    [InlineData("Transforms:0:Bogus", "a", "Unknown transform")]
    [InlineData("Order", "first", "first")]
    public async Task A_route_that_cannot_work_is_refused(string key, string value, string why) =>
        await AssertRefusedAsync($"ReverseProxy:Routes:api:{key}", value, why);

    [Fact]
    public async Task Two_routes_for_one_path_are_a_500_of_ours_and_send_nothing()
    {
        await using var sidecar = await TestSidecar.StartAsync(
        [
            ("ReverseProxy:Routes:other:ClusterId", "clik2pay"),
            ("ReverseProxy:Routes:other:Match:Path", "/open/v1/{**rest}"),
        ]);

        var answer = await sidecar.Caller.GetAsync("/open/v1/a");

        Assert.Equal(HttpStatusCode.InternalServerError, answer.StatusCode);
        Assert.Equal(["internal_error"], answer.Headers.GetValues("Clik2pay-Sidecar-Error"));
        Assert.DoesNotContain("   at ", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(sidecar.Upstream.Received);
    }

    [Fact]
    public async Task An_edit_of_proxy_json_takes_effect_while_the_sidecar_runs_and_a_broken_one_does_not()
    {
        using var folder = new TemporaryFolder();
        var path = folder.Write("proxy.json", Route("/open/v1/{**rest}"));
        using var routes = new RoutesFile(path, Ambient.Time);
        await using var sidecar = await TestSidecar.StartAsync(routes);

        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/open/v1/a"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync("/open/v2/a"));

        folder.Write("proxy.json", Route("/open/v2/{**rest}"));
        await sidecar.Log.WaitForAsync("Routes in force: 1.", times: 2);
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync("/open/v1/a"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/open/v2/a"));

        // Not JSON; JSON, but no route that could be; a route to nowhere. Each is told in one line, and what was before stays.
        foreach (var (content, why) in new[] { ("{ broken", "not JSON"), (Route("/open/{"), "Invalid path"), (Route("/open/v3/{**rest}").Replace("\"ClusterId\":\"c\"", "\"ClusterId\":\"d\"", StringComparison.Ordinal), "'d'") })
        {
            folder.Write("proxy.json", content);
            var line = await sidecar.Log.WaitForAsync($"stay as they were: ", containing: why);
            Assert.DoesNotContain("   at ", line, StringComparison.Ordinal);
            Assert.Equal(HttpStatusCode.OK, await StatusAsync("/open/v2/a"));
        }

        async Task<HttpStatusCode> StatusAsync(string target) => (await sidecar.Caller.GetAsync(target)).StatusCode;
    }

    private static string Route(string pattern) =>
        """{"ReverseProxy":{"Routes":{"api":{"ClusterId":"c","Match":{"Path":"PATH"}}},"Clusters":{"c":{}}}}""".Replace("PATH", pattern, StringComparison.Ordinal);

    private static async Task AssertRefusedAsync(string key, string value, string why)
    {
        (string, string?)[] settings = key.EndsWith("HttpMethodChange", StringComparison.Ordinal) ? [(key, value), (key[..^"HttpMethodChange".Length] + "Set", "POST")] : [(key, value)];
        var refusal = await Assert.ThrowsAsync<InvalidRoutesException>(() => TestSidecar.StartAsync(settings));

        Assert.Contains(refusal.Mistakes, mistake => mistake.Contains(why, StringComparison.Ordinal));
        Assert.All(refusal.Mistakes, mistake => Assert.DoesNotContain("   at ", mistake, StringComparison.Ordinal));
        Assert.All(refusal.Mistakes, mistake => Assert.DoesNotContain("An exception was thrown", mistake, StringComparison.Ordinal));
    }
}
