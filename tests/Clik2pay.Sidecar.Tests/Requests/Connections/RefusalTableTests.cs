using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Wire;
using static Clik2pay.Sidecar.Tests.Requests.Connections.RefusedRequests;

namespace Clik2pay.Sidecar.Tests.Requests.Connections;

/// <summary>Requests that an attacker could send, one in each row. The provider receives no byte of a refused request.</summary>
public sealed class RefusalTableTests(RawSocketSidecar rig) : IClassFixture<RawSocketSidecar>
{
    private const string Rejected = "clik2pay.sidecar.requests_rejected";

    private readonly TestSidecar sidecar = rig.Sidecar;
    private readonly WireUpstream upstream = rig.Upstream;

    public static TheoryData<string, int, string, string> Refused { get; } =
        [.. Methods.Concat(OtherCallers).Concat(Headers).Concat(Lines).Concat(RefusedTargets.All).Concat(RefusedFraming.All)];

    [Fact]
    public void The_table_has_at_least_250_rows() =>
        Assert.InRange(Refused.Select(row => row.Data.Item1).Distinct(StringComparer.Ordinal).Count(), 250, int.MaxValue);

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_refused_first_request_on_a_connection_gets_a_problem_and_is_counted_and_no_byte_is_forwarded(
        string request, int status, string code, string reason)
    {
        await using var connection = await RawConnection.OpenAsync(sidecar.Address);
        await AssertRefusedAsync(connection, request, status, code, reason);
    }

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_second_request_on_a_connection_is_refused_in_the_same_way(string request, int status, string code, string reason)
    {
        await using var connection = await RawConnection.OpenAsync(sidecar.Address);
        await connection.SendAsync(Get("/open/v1/first"));
        Assert.Equal(200, (await connection.ReadResponseAsync()).Status);

        await AssertRefusedAsync(connection, request, status, code, reason);
    }

    [Fact]
    public async Task A_request_smuggled_after_contradictory_lengths_gets_no_response()
    {
        var seen = upstream.BytesSeen;
        var request = $"POST /open/v1/a HTTP/1.1\r\n{Host}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
            + $"0\r\n\r\n{Get("/open/v1/smuggled")}";

        var responses = await RawConnection.ExchangeAsync(sidecar.Address, request);

        Assert.Equal(2, responses.Split("HTTP/1.1 ").Length);
        Assert.Equal(seen, upstream.BytesSeen);
    }

    private async Task AssertRefusedAsync(RawConnection connection, string request, int status, string code, string reason)
    {
        var (seen, rejected, logged) = (upstream.BytesSeen, sidecar.Metrics.Sum(Rejected, reason), sidecar.Log.Lines.Count);
        await connection.SendAsync(request);
        var response = await connection.ReadResponseAsync(hasBody: !request.StartsWith("HEAD ", StringComparison.Ordinal));

        Assert.Equal(status, response.Status);
        Assert.Equal([code], response["Clik2pay-Sidecar-Error"]);
        Assert.Equal(["application/problem+json"], response["Content-Type"]);
        if (!request.StartsWith("HEAD ", StringComparison.Ordinal))
            Assert.Contains($"\"code\":\"{code}\",\"sent\":\"no\"", response.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(response.Headers, header => header.Name.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(status == 405, response["Allow"].Count == 1);
        Assert.Equal(["close"], response["Connection"]);
        Assert.Equal("", await connection.ReadToEndAsync());
        Assert.Equal(rejected + 1, sidecar.Metrics.Sum(Rejected, reason));
        Assert.Equal(seen, upstream.BytesSeen);
        Assert.DoesNotContain(sidecar.Log.Lines.Skip(logged), line => line.Text.Contains("   at ", StringComparison.Ordinal));
    }
}
