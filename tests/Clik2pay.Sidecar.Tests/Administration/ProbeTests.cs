using System.Net;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Administration;

public sealed class ProbeTests
{
    [Fact]
    public async Task With_a_token_all_three_probes_succeed()
    {
        await using var sidecar = await TestSidecar.StartAsync();
        await sidecar.Caller.GetAsync("/open/v1/a");

        await AssertAsync(sidecar, "/startupz", HttpStatusCode.OK);
        await AssertAsync(sidecar, "/readyz", HttpStatusCode.OK);
        await AssertAsync(sidecar, "/livez", HttpStatusCode.OK);
    }

    [Fact]
    public async Task Before_the_first_token_only_startup_fails_and_names_the_reason()
    {
        await using var sidecar = await TestSidecar.StartAsync(arrange: endpoint => endpoint.Fault = FakeTokenEndpoint.Respond(503, ""));
        await sidecar.Caller.GetAsync("/open/v1/a");

        await AssertAsync(sidecar, "/startupz", HttpStatusCode.ServiceUnavailable, sidecar.TokenEndpoint.Address.AbsoluteUri);
        await AssertAsync(sidecar, "/readyz", HttpStatusCode.OK);
        await AssertAsync(sidecar, "/livez", HttpStatusCode.OK);
    }

    [Lesson("a wrong configuration stayed hidden: GoogleCloudPlatform/cloud-sql-proxy#348")]
    [Fact]
    public async Task With_refused_credentials_readiness_fails_and_names_the_setting()
    {
        await using var sidecar = await TestSidecar.StartAsync(
            arrange: endpoint => endpoint.Fault = FakeTokenEndpoint.Respond(400, """{"error":"invalid_client"}"""));
        await sidecar.Caller.GetAsync("/open/v1/a");

        await AssertAsync(sidecar, "/startupz", HttpStatusCode.ServiceUnavailable, "Clik2pay:Environment");
        await AssertAsync(sidecar, "/readyz", HttpStatusCode.ServiceUnavailable, "Clik2pay:Environment");
        await AssertAsync(sidecar, "/livez", HttpStatusCode.OK);
    }

    [Lesson("readiness that dialed the back end took everything down: GoogleCloudPlatform/cloud-sql-proxy#2083")]
    [Fact]
    public async Task Probes_call_neither_the_provider_nor_the_token_endpoint()
    {
        await using var sidecar = await TestSidecar.StartAsync();
        await sidecar.Caller.GetAsync("/open/v1/a");

        for (var i = 0; i < 10; i++)
            await AssertAsync(sidecar, "/readyz", HttpStatusCode.OK);

        sidecar.Upstream.Single();
        Assert.Equal(1, sidecar.TokenEndpoint.Calls);
    }

    [Lesson("there was no health endpoint, and / was proxied: awslabs/aws-sigv4-proxy#193")]
    [Theory]
    [InlineData("/open/v1/a", HttpStatusCode.NotFound)]
    [InlineData("/", HttpStatusCode.OK)]
    public async Task The_administration_listener_forwards_nothing(string path, HttpStatusCode status)
    {
        await using var sidecar = await TestSidecar.StartAsync();

        await AssertAsync(sidecar, path, status);

        Assert.Empty(sidecar.Upstream.Received);
    }

    [Fact]
    public async Task A_Host_header_with_the_administration_port_does_not_give_callers_access_to_administration()
    {
        await using var sidecar = await TestSidecar.StartAsync();

        var response = await RawConnection.ExchangeAsync(
            sidecar.Address, $"GET /readyz HTTP/1.1\r\nHost: {sidecar.Admin.BaseAddress!.Authority}\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 404", response, StringComparison.Ordinal);
        Assert.Contains("no_route", response, StringComparison.Ordinal);
    }

    private static async Task AssertAsync(TestSidecar sidecar, string path, HttpStatusCode status, string text = "")
    {
        var response = await sidecar.Admin.GetAsync(path);
        var body = await response.Content.ReadAsStringAsync();

        Assert.Equal(status, response.StatusCode);
        Assert.Contains(text, body, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", body, StringComparison.Ordinal);
    }
}
