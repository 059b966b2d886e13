using System.Net;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.IntegrationTests.Support.Network;

namespace Clik2pay.Sidecar.IntegrationTests.Provider;

/// <summary>
/// A provider that sends a body after a response that must not have one, at the moment when the next request arrives.
/// </summary>
public sealed class ResponseBoundaryTests
{
    private const string Later = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nEVIL!";

    [Lesson("a late body became the response to the next caller: dotnet/runtime does not read a body after a 204")]
    [Theory]
    [InlineData("GET", "HTTP/1.1 204 No Content\r\nContent-Length: 43\r\n\r\n")]
    [InlineData("POST", "HTTP/1.1 204 No Content\r\nTransfer-Encoding: chunked\r\n\r\n")]
    [InlineData("POST", "HTTP/1.1 204 No Content\r\n\r\n")]
    [InlineData("POST", "HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n")]
    [InlineData("GET", "HTTP/1.1 304 Not Modified\r\nContent-Length: 43\r\n\r\n")]
    [InlineData("HEAD", "HTTP/1.1 200 OK\r\nContent-Length: 43\r\n\r\n")]
    [InlineData("HEAD", "HTTP/1.1 205 Reset Content\r\nTransfer-Encoding: chunked\r\n\r\n")]
    public async Task A_connection_is_not_reused_after_a_response_that_cannot_have_a_body(string method, string head)
    {
        foreach (var isSecure in (bool[])[false, true])
        {
            foreach (var isSplit in (bool[])[false, true])
            {
                foreach (var isReused in (bool[])[false, true])
                    Assert.Equal((2, "done"), await CallTwiceAsync(method, head, isSecure, isSplit, isReused));
            }
        }
    }

    [Theory]
    [InlineData("POST", "HTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("POST", "HTTP/1.1 205 Reset Content\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("POST", "HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 201 Created\r\nContent-Length: 0\r\n\r\n")]
    [InlineData("GET", "HTTP/1.1 200 OK\r\nContent-Length: 18\r\n\r\nHTTP/1.1 204 No\r\n\r")]
    [InlineData("GET", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n4\r\n204 \r\n0\r\n\r\n")]
    public async Task A_connection_is_reused_after_a_response_with_a_complete_body(string method, string response)
    {
        foreach (var isSplit in (bool[])[false, true])
        {
            foreach (var isReused in (bool[])[false, true])
                Assert.Equal((1, "EVIL!"), await CallTwiceAsync(method, response, isSecure: true, isSplit, isReused));
        }
    }

    private static async Task<(int Connections, string Second)> CallTwiceAsync(
        string method, string first, bool isSecure, bool isSplit, bool isReused)
    {
        using var certificates = new TestCertificates("provider.example", isForLoopback: true);
        await using var upstream = new ScriptedUpstream(
            async connection =>
            {
                if (await connection.ReadRequestAsync() is null)
                    return;

                if (connection.Number == 1)
                {
                    if (isReused)
                    {
                        await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
                        await connection.ReadRequestAsync();
                    }

                    foreach (var part in isSplit ? first.Select(character => $"{character}") : [first])
                        await connection.WriteAsync(part);

                    // A second request on this connection gets a response that does not belong to it.
                    if (await connection.Stream.ReadAsync(new byte[1], connection.Stopped) > 0)
                        await connection.WriteAsync(Later);
                }
                else
                {
                    await connection.WriteAsync("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone");
                }

                await Task.Delay(Timeout.InfiniteTimeSpan, SystemDefaults.Time, connection.Stopped);
            },
            isSecure ? certificates : null);
        await using var sidecar = await TestSidecar.StartAsync(
            [("Clik2pay:ApiBaseUrl", upstream.Address), ("Clik2pay:CaFile", isSecure ? certificates.AuthorityFile : null)]);

        if (isReused)
            await sidecar.Caller.GetByteArrayAsync("/open/v1/before", TestContext.Current.CancellationToken);
        using var one = await sidecar.Caller.SendAsync(new(new(method), "/open/v1/a"), TestContext.Current.CancellationToken);
        await one.Content.ReadAsByteArrayAsync();
        using var two = await sidecar.Caller.PostAsync("/open/v1/b", new StringContent("{}"), TestContext.Current.CancellationToken);

        Assert.NotEqual(HttpStatusCode.BadGateway, one.StatusCode);
        return (upstream.Connections, await two.Content.ReadAsStringAsync());
    }
}
