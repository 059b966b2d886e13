using System.Globalization;
using Clik2pay.Sidecar.Tests.Support.Wire;
using static Clik2pay.Sidecar.Tests.Requests.Connections.RefusedRequests;

namespace Clik2pay.Sidecar.Tests.Requests.Connections;

/// <summary>Trailers in two parts. The server fails in its second read, in the middle of them, before it consumes any bytes.</summary>
public sealed class SplitTrailerTests(RawSocketSidecar rig) : IClassFixture<RawSocketSidecar>
{
    private const string Head = $"POST /open/v1/a HTTP/1.1\r\n{Host}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";

    public static TheoryData<string, int> Malformed => new()
    {
        { "0\r\nX y: y\r\n\r\n", 400 },
        { "0\r\nX : y\r\n\r\n", 400 },
        { "0\r\n X: y\r\n\r\n", 400 },
        { "0\r\nX\r\n\r\n", 400 },
        { "0\r\n: y\r\n\r\n", 400 },
        { "0\r\nX: y\r\n z\r\n\r\n", 400 },
        { $"0\r\nX: y\r\nB: {new string('y', 40_000)}\r\n\r\n", 431 },
        { $"0\r\nX: y\r\nA: y\r\n{string.Concat(Enumerable.Repeat("X: y\r\n", 200))}\r\n", 431 },
    };

    [Theory]
    [MemberData(nameof(Malformed))]
    public async Task Malformed_trailers_in_two_parts_get_a_problem_wherever_they_are_cut(string trailers, int status)
    {
        var seen = rig.Upstream.BytesSeen;
        for (var cut = 1; cut < Math.Min(trailers.Length, 24); cut++)
        {
            await using var connection = await RawConnection.OpenAsync(rig.Sidecar.Address);
            await connection.SendAsync(Head + trailers[..cut]);

            // The server reads the first part while it serves another request.
            using (await rig.Sidecar.Admin.GetAsync("/livez"))
                await connection.SendAsync(trailers[cut..]);
            var response = await connection.ReadResponseAsync();

            var shown = string.Create(CultureInfo.InvariantCulture, $"cut {cut}: {response.StartLine} {response.Text}");
            Assert.True(status == response.Status, shown);
            Assert.Equal(["bad_request"], response["Clik2pay-Sidecar-Error"]);
            Assert.Equal(["close"], response["Connection"]);
        }

        Assert.Equal(seen, rig.Upstream.BytesSeen);
    }
}
