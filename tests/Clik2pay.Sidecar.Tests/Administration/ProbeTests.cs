using System.Net;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Administration;

public sealed class ProbeTests
{
    [Fact]
    public async Task With_a_token_all_three_are_well()
    {
        await using var sidecar = await TestSidecar.StartAsync();
        await sidecar.Caller.GetAsync("/open/v1/a");

        await AssertAsync(sidecar, "/startupz", HttpStatusCode.OK);
        await AssertAsync(sidecar, "/readyz", HttpStatusCode.OK);
        await AssertAsync(sidecar, "/livez", HttpStatusCode.OK);
    }

    [Fact]
    public async Task Without_a_first_token_startup_waits_and_says_for_what()
    {
        await using var sidecar = await TestSidecar.StartAsync(arrange: endpoint => endpoint.Fault = FakeTokenEndpoint.Answer(503, ""));
        await sidecar.Caller.GetAsync("/open/v1/a");

        await AssertAsync(sidecar, "/startupz", HttpStatusCode.ServiceUnavailable, sidecar.TokenEndpoint.Address.AbsoluteUri);
        await AssertAsync(sidecar, "/readyz", HttpStatusCode.OK);
        await AssertAsync(sidecar, "/livez", HttpStatusCode.OK);
    }

    [Lesson("a wrong configuration stayed hidden: GoogleCloudPlatform/cloud-sql-proxy#348")]
    [Fact]
    public async Task Refused_credentials_are_not_ready_and_readiness_says_what_to_look_at()
    {
        await using var sidecar = await TestSidecar.StartAsync(arrange: endpoint => endpoint.Fault = FakeTokenEndpoint.Answer(400, """{"error":"invalid_client"}"""));
        await sidecar.Caller.GetAsync("/open/v1/a");

        await AssertAsync(sidecar, "/startupz", HttpStatusCode.ServiceUnavailable, "Clik2pay:Environment");
        await AssertAsync(sidecar, "/readyz", HttpStatusCode.ServiceUnavailable, "Clik2pay:Environment");
        await AssertAsync(sidecar, "/livez", HttpStatusCode.OK);
    }

    [Lesson("readiness that dialled the back end took everything down: GoogleCloudPlatform/cloud-sql-proxy#2083")]
    [Fact]
    public async Task Probes_call_nobody()
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
    public async Task Nothing_is_forwarded_from_the_administration_listener(string path, HttpStatusCode status)
    {
        await using var sidecar = await TestSidecar.StartAsync();

        await AssertAsync(sidecar, path, status);

        Assert.Empty(sidecar.Upstream.Received);
    }

    [Fact]
    public async Task A_Host_header_with_the_administration_port_does_not_open_it_to_callers()
    {
        await using var sidecar = await TestSidecar.StartAsync();

        var answer = await RawConnection.AskAsync(sidecar.Address, $"GET /readyz HTTP/1.1\r\nHost: {sidecar.Admin.BaseAddress!.Authority}\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 404", answer, StringComparison.Ordinal);
        Assert.Contains("no_route", answer, StringComparison.Ordinal);
    }

    private static async Task AssertAsync(TestSidecar sidecar, string path, HttpStatusCode status, string says = "")
    {
        var answer = await sidecar.Admin.GetAsync(path);
        var text = await answer.Content.ReadAsStringAsync();

        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(says, text, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
    }
}
