using System.Net;
using Clik2pay.Sidecar.IntegrationTests.Support.Network;

namespace Clik2pay.Sidecar.IntegrationTests.Provider;

/// <summary>A provider that responds and closes the connection before it has read the whole request.</summary>
public sealed class EarlyResponseTests
{
    private const int BodyLength = 8_000_000;

    [Theory]
    [InlineData(false, false, false)]
    [InlineData(false, true, false)]
    [InlineData(true, false, false)]
    [InlineData(true, true, false)]
    [InlineData(false, false, true)]
    [InlineData(true, false, true)]
    public async Task The_caller_gets_an_early_response_and_the_connection_is_not_reused(bool isSecure, bool isChunked, bool isReused)
    {
        using var certificates = new TestCertificates("provider.example", isForLoopback: true);
        await using var upstream = new ScriptedUpstream(
            async connection =>
            {
                if (isReused && connection.Number == 1)
                {
                    await connection.ReadRequestAsync();
                    await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                }
                else if (connection.Number > 1)
                {
                    await connection.ReadRequestAsync();
                    await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nlater");
                    return;
                }

                // Because of the unread bytes, the kernel resets the connection when it is closed.
                await connection.ReadSomeAsync();
                await connection.WriteAsync("HTTP/1.1 413 Content Too Large\r\nContent-Length: 5\r\n\r\nlarge");
            },
            isSecure ? certificates : null);
        await using var sidecar = await StartAsync(upstream, isSecure ? certificates : null);
        if (isReused)
            Assert.Equal(HttpStatusCode.OK, (await sidecar.Caller.GetAsync("/open/v1/first")).StatusCode);

        using var request = new HttpRequestMessage(HttpMethod.Post, "/open/v1/a") { Content = new ByteArrayContent(new byte[BodyLength]) };
        request.Headers.TransferEncodingChunked = isChunked;
        using var early = await sidecar.Caller.SendAsync(request);
        using var next = await sidecar.Caller.PostAsync("/open/v1/b", new StringContent("{}"));

        Assert.Equal("413 large", $"{(int)early.StatusCode} {await early.Content.ReadAsStringAsync()}");
        Assert.Equal("200 later", $"{(int)next.StatusCode} {await next.Content.ReadAsStringAsync()}");
        Assert.Equal(2, upstream.Connections);
    }

    [Theory]
    [InlineData(false, false)]
    [InlineData(true, false)]
    [InlineData(false, true)]
    [InlineData(true, true)]
    public async Task Without_a_response_the_caller_gets_502_and_sent_is_maybe(bool isSecure, bool isReused)
    {
        using var certificates = new TestCertificates("provider.example", isForLoopback: true);
        await using var upstream = new ScriptedUpstream(
            async connection =>
            {
                if (isReused)
                {
                    await connection.ReadRequestAsync();
                    await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                }

                await connection.ReadSomeAsync();
            },
            isSecure ? certificates : null);
        await using var sidecar = await StartAsync(upstream, isSecure ? certificates : null);
        if (isReused)
            Assert.Equal(HttpStatusCode.OK, (await sidecar.Caller.GetAsync("/open/v1/first")).StatusCode);

        using var response = await sidecar.Caller.PostAsync("/open/v1/a", new ByteArrayContent(new byte[BodyLength]));

        Assert.Equal(HttpStatusCode.BadGateway, response.StatusCode);
        var problem = await response.Content.ReadAsStringAsync();
        Assert.Matches("(before it|may not have) read the whole request", problem);
        Assert.Contains("\"sent\":\"maybe\"", problem, StringComparison.Ordinal);
    }

    private static async Task<TestSidecar> StartAsync(ScriptedUpstream upstream, TestCertificates? certificates) =>
        await TestSidecar.StartAsync([("Clik2pay:ApiBaseUrl", upstream.Address), ("Clik2pay:CaFile", certificates?.AuthorityFile)]);
}
