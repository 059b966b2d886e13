using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Wire;
using static Clik2pay.Sidecar.Tests.Requests.Connections.RefusedRequests;

namespace Clik2pay.Sidecar.Tests.Requests.Connections;

/// <summary>What an attacker writes to the port, a row each. The upstream counts bytes: it receives none of a refused request.</summary>
public sealed class RefusalTableTests(RawSocketSidecar rig) : IClassFixture<RawSocketSidecar>
{
    private const string Rejected = "clik2pay.sidecar.requests_rejected";

    private readonly TestSidecar sidecar = rig.Sidecar;
    private readonly WireUpstream upstream = rig.Upstream;

    public static TheoryData<string, int, string, string> Refused { get; } =
        [.. Methods.Concat(Callers).Concat(Headers).Concat(Lines).Concat(RefusedTargets.All).Concat(RefusedFraming.All)];

    [Fact]
    public void The_table_has_at_least_250_rows() =>
        Assert.InRange(Refused.Select(row => row.Data.Item1).Distinct(StringComparer.Ordinal).Count(), 250, int.MaxValue);

    [Theory]
    [MemberData(nameof(Refused))]
    public async Task A_first_request_is_refused_with_a_problem_and_counted_and_upstream_receives_no_byte(
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
    public async Task A_request_that_was_smuggled_behind_a_contradiction_is_not_answered()
    {
        var seen = upstream.BytesSeen;
        var request = $"POST /open/v1/a HTTP/1.1\r\n{Host}Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n"
            + $"0\r\n\r\n{Get("/open/v1/smuggled")}";

        var answers = await RawConnection.AskAsync(sidecar.Address, request);

        Assert.Equal(2, answers.Split("HTTP/1.1 ").Length);
        Assert.Equal(seen, upstream.BytesSeen);
    }

    private async Task AssertRefusedAsync(RawConnection connection, string request, int status, string code, string reason)
    {
        var (seen, rejected, logged) = (upstream.BytesSeen, sidecar.Metrics.Sum(Rejected, reason), sidecar.Log.Lines.Count);
        await connection.SendAsync(request);
        var answer = await connection.ReadResponseAsync(hasBody: !request.StartsWith("HEAD ", StringComparison.Ordinal));

        Assert.Equal(status, answer.Status);
        Assert.Equal([code], answer["Clik2pay-Sidecar-Error"]);
        Assert.Equal(["application/problem+json"], answer["Content-Type"]);
        if (!request.StartsWith("HEAD ", StringComparison.Ordinal))
            Assert.Contains($"\"code\":\"{code}\",\"sent\":\"no\"", answer.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(answer.Headers, header => header.Name.StartsWith("Access-Control-", StringComparison.OrdinalIgnoreCase));
        Assert.Equal(status == 405, answer["Allow"].Count == 1);
        Assert.Equal(["close"], answer["Connection"]);
        Assert.Equal("", await connection.ReadToEndAsync());
        Assert.Equal(rejected + 1, sidecar.Metrics.Sum(Rejected, reason));
        Assert.Equal(seen, upstream.BytesSeen);
        Assert.DoesNotContain(sidecar.Log.Lines.Skip(logged), line => line.Text.Contains("   at ", StringComparison.Ordinal));
    }
}
