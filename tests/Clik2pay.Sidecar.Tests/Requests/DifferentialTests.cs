using System.Text;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Requests;

/// <summary>The same exchanges straight with upstream and through the sidecar, compared on the wire.</summary>
public sealed class DifferentialTests
{
    private const int Exchanges = 500;

    /// <summary>They concern one connection only (RFC 9110, section 7.6.1).</summary>
    private static readonly HashSet<string> HopByHop = new(["Connection", "Keep-Alive", "Transfer-Encoding", "Trailer"], StringComparer.OrdinalIgnoreCase);

    [Fact]
    public async Task What_arrives_differs_by_the_credentials_only_and_what_comes_back_not_at_all()
    {
        await using var upstream = new WireUpstream();
        await using var sidecar = await TestSidecar.StartAsync(upstream);

        for (var seed = 0; seed < Exchanges; seed++)
        {
            var exchange = new GeneratedExchange(seed);
            upstream.Answer = _ => exchange.Answer;

            var (sentStraight, gotStraight) = await ExchangeAsync(exchange, new(upstream.Address), upstream);
            var (sentThrough, gotThrough) = await ExchangeAsync(exchange, sidecar.Address, upstream);

            Assert.Equal(Show(WithOurCredentials(sentStraight), joinLines: true), Show(sentThrough, joinLines: true));
            Assert.Equal(sentStraight.IsChunked, sentThrough.IsChunked);
            Assert.Equal(Show(gotStraight, joinLines: false), Show(gotThrough, joinLines: false));
        }

        Figures.Report($"{Exchanges} generated exchanges straight and through the sidecar: no difference but the credentials");
    }

    private static async Task<(WireMessage Sent, WireMessage Got)> ExchangeAsync(GeneratedExchange exchange, Uri address, WireUpstream upstream)
    {
        upstream.Received.Clear();
        await using var connection = await RawConnection.OpenAsync(address);
        await connection.SendAsync(exchange.Request);
        var answer = await connection.ReadResponseAsync(hasBody: exchange.Method != "HEAD");
        return (Assert.Single(upstream.Received), answer);
    }

    private static WireMessage WithOurCredentials(WireMessage request) => request with
    {
        Headers =
        [
            .. request.Headers,
            ("Authorization", "Bearer access_token_1"),
            ("x-api-key", Secrets.ApiKey),
        ],
    };

    /// <summary>
    /// All but the order of headers with different names. Of a request the lines of one name are joined, which means the same (RFC 9110,
    /// section 5.3); of an answer each stays a line.
    /// </summary>
    private static string Show(WireMessage message, bool joinLines)
    {
        var lines = message.Headers
            .Where(header => !HopByHop.Contains(header.Name) && (header.Name, joinLines) is not ("Host", true))
            .GroupBy(header => header.Name.ToLowerInvariant(), header => header.Value, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => $"{group.Key}: {(joinLines ? string.Join(", ", group).Trim() : string.Join("\n  ", group))}");
        var trailers = message.Trailers.Select(trailer => $"{trailer.Name}: {trailer.Value}").Order(StringComparer.Ordinal);
        return new StringBuilder().AppendLine(message.StartLine).AppendJoin('\n', lines).AppendLine().AppendLine(Convert.ToHexString(System.Security.Cryptography.SHA256.HashData(message.Body))).AppendJoin('\n', trailers).ToString();
    }
}
