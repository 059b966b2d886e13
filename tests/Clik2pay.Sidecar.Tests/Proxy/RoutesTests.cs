using System.Net;
using System.Threading.Channels;
using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tests.Support;
using Microsoft.Extensions.Configuration;

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

    [Fact]
    public async Task An_edit_of_proxy_json_takes_effect_while_the_sidecar_runs_and_a_broken_one_does_not()
    {
        var folder = Directory.CreateTempSubdirectory("sidecar-routes");
        var path = Path.Combine(folder.FullName, "proxy.json");
        await File.WriteAllTextAsync(path, Route("/open/v1/{**rest}"));
        await using var upstream = await RecordingUpstream.StartAsync();
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        using var routes = new RoutesFile(path, Ambient.Time);
        var values = TestSidecar.Defaults(upstream.Address, tokenEndpoint.Address).Where(v => !v.Key.StartsWith("ReverseProxy", StringComparison.Ordinal));
        var configuration = new ConfigurationBuilder().Add(routes).AddInMemoryCollection(values).Build();
        await using var app = Program.CreateSidecar(configuration, Settings.TryRead(configuration, out _)!);
        var edits = Channel.CreateUnbounded<string?>();
        routes.Edited = () => edits.Writer.TryWrite(routes.Mistake);
        await app.StartAsync();
        using var caller = new HttpClient { BaseAddress = new(app.Urls.First()) };

        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/open/v1/a"));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync("/open/v2/a"));

        await File.WriteAllTextAsync(path, Route("/open/v2/{**rest}"));
        Assert.Null(await edits.Reader.ReadAsync());
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync("/open/v1/a"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/open/v2/a"));

        await File.WriteAllTextAsync(path, "{ broken");
        Assert.NotNull(await edits.Reader.ReadAsync());
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/open/v2/a"));

        // JSON, but no route that could be: YARP refuses it, and what was before stays.
        await File.WriteAllTextAsync(path, Route("/open/{"));
        await edits.Reader.ReadAsync();
        Assert.Equal(HttpStatusCode.OK, await StatusAsync("/open/v2/a"));
        folder.Delete(recursive: true);

        async Task<HttpStatusCode> StatusAsync(string target) => (await caller.GetAsync(target)).StatusCode;
    }

    private static string Route(string pattern) =>
        """{"ReverseProxy":{"Routes":{"api":{"ClusterId":"c","Match":{"Path":"PATH"}}},"Clusters":{"c":{}}}}""".Replace("PATH", pattern, StringComparison.Ordinal);
}
