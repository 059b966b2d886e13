using System.Security.Cryptography;
using System.Text;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Requests;

/// <summary>Compares requests and responses on the wire with and without the sidecar.</summary>
public sealed class DifferentialTests
{
    private const int Exchanges = 500;

    /// <summary>Headers that apply to one connection only (RFC 9110, section 7.6.1).</summary>
    private static readonly HashSet<string> HopByHop =
        new(["Connection", "Keep-Alive", "Transfer-Encoding", "Trailer"], StringComparer.OrdinalIgnoreCase);

    [Fact]
    public async Task Forwarded_requests_differ_only_in_the_credentials_and_returned_responses_do_not_differ()
    {
        await using var upstream = new WireUpstream();
        await using var sidecar = await TestSidecar.StartAsync(upstream);

        for (var seed = 0; seed < Exchanges; seed++)
        {
            var exchange = new GeneratedExchange(seed);
            upstream.Respond = _ => exchange.Response;

            var (receivedDirectly, returnedDirectly) = await ExchangeAsync(exchange, new(upstream.Address), upstream);
            var (received, returned) = await ExchangeAsync(exchange, sidecar.Address, upstream);

            Assert.Equal(Show(WithCredentials(receivedDirectly), joinLines: true), Show(received, joinLines: true));
            Assert.Equal(receivedDirectly.IsChunked, received.IsChunked);
            Assert.Equal(Show(returnedDirectly, joinLines: false), Show(returned, joinLines: false));
        }

        Figures.Report($"{Exchanges} generated exchanges direct and through the sidecar: only the credentials differ");
    }

    private static async Task<(WireMessage Received, WireMessage Returned)> ExchangeAsync(
        GeneratedExchange exchange, Uri address, WireUpstream upstream)
    {
        upstream.Received.Clear();
        await using var connection = await RawConnection.OpenAsync(address);
        await connection.SendAsync(exchange.Request);
        var response = await connection.ReadResponseAsync(hasBody: exchange.Method != "HEAD");
        return (Assert.Single(upstream.Received), response);
    }

    private static WireMessage WithCredentials(WireMessage request) => request with
    {
        Headers =
        [
            .. request.Headers,
            ("Authorization", "Bearer access_token_1"),
            ("x-api-key", Secrets.ApiKey),
        ],
    };

    /// <summary>
    /// The message without hop-by-hop headers, without the Host header of a request, and without the order of headers with different
    /// names. The lines of one header are joined in a request, which does not change their meaning (RFC 9110, section 5.3), and stay
    /// separate in a response.
    /// </summary>
    private static string Show(WireMessage message, bool joinLines)
    {
        var lines = message.Headers
            .Where(header => !HopByHop.Contains(header.Name) && (header.Name, joinLines) is not ("Host", true))
            .GroupBy(header => header.Name.ToLowerInvariant(), header => header.Value, StringComparer.Ordinal)
            .OrderBy(group => group.Key, StringComparer.Ordinal)
            .Select(group => $"{group.Key}: {(joinLines ? string.Join(", ", group).Trim() : string.Join("\n  ", group))}");
        var trailers = message.Trailers.Select(trailer => $"{trailer.Name}: {trailer.Value}").Order(StringComparer.Ordinal);
        return new StringBuilder()
            .AppendLine(message.StartLine)
            .AppendJoin('\n', lines).AppendLine()
            .AppendLine(Convert.ToHexString(SHA256.HashData(message.Body)))
            .AppendJoin('\n', trailers)
            .ToString();
    }
}
