using System.Net;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Sidecar.Tests.Cli;

/// <summary>The variables that configure an HTTP proxy. .NET reads them once in each process, so each test runs its own process.</summary>
public sealed class ProxyEnvironmentTests
{
    [Fact]
    public async Task Both_APIs_are_called_through_the_proxy()
    {
        await using var proxy = await RecordingUpstream.StartAsync();
        proxy.Respond = context => context.Response.WriteAsync("""{"access_token":"a","expires_in":3600,"token_type":"Bearer"}""");
        await using var sidecar = SidecarProcess.Start(Settings("http://api.example", "http://auth.example/oauth2/token", proxy.Address));

        Assert.Equal(HttpStatusCode.OK, await CallAsync(sidecar));

        Assert.Equal(
            ["http://auth.example/oauth2/token", "http://api.example/open/v1/a%2Fb"],
            proxy.Received.Select(request => request.Target));
    }

    [Fact]
    public async Task Addresses_on_loopback_are_called_directly()
    {
        await using var upstream = await RecordingUpstream.StartAsync();
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        await using var proxy = await RecordingUpstream.StartAsync();
        await using var sidecar = SidecarProcess.Start(Settings(upstream.Address, tokenEndpoint.Address.AbsoluteUri, proxy.Address));

        Assert.Equal(HttpStatusCode.OK, await CallAsync(sidecar));

        Assert.Empty(proxy.Received);
        upstream.Single();
    }

    private static Dictionary<string, string> Settings(string api, string tokenEndpoint, string proxy) => new(StringComparer.Ordinal)
    {
        ["Clik2pay__Environment"] = "Custom",
        ["Clik2pay__ApiBaseUrl"] = api,
        ["Clik2pay__TokenEndpoint"] = tokenEndpoint,
        ["Clik2pay__AllowInsecureUpstream"] = "true",
        ["Clik2pay__Username"] = "u",
        ["Clik2pay__Password"] = "p",
        ["Clik2pay__ApiKey"] = "k",
        ["Sidecar__Listen"] = "http://127.0.0.1:0",
        ["Sidecar__Admin"] = "http://127.0.0.1:0",
        ["HTTP_PROXY"] = proxy,
        ["http_proxy"] = proxy,
        ["NO_PROXY"] = "",
        ["no_proxy"] = "",
    };

    private static async Task<HttpStatusCode> CallAsync(SidecarProcess sidecar)
    {
        using var caller = await sidecar.WaitForCallerAsync();
        return (await caller.GetAsync("/open/v1/a%2Fb")).StatusCode;
    }
}
