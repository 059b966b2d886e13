using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Requests.DuplicatePayments;

/// <summary>One sidecar that requires a merchantTransactionId, for all tests of a class. Each path has a route.</summary>
public sealed class DuplicatePaymentRig : IAsyncLifetime
{
    internal WireUpstream Upstream { get; } = new();

    internal TestSidecar Sidecar { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Sidecar = await TestSidecar.StartAsync(
        Upstream, ("Sidecar:RequireMerchantTransactionId", "true"), ("ReverseProxy:Routes:api:Match:Path", "/{**rest}"));

    public async ValueTask DisposeAsync()
    {
        await Sidecar.DisposeAsync();
        await Upstream.DisposeAsync();
    }

    /// <summary>Sends a request and expects the refusal of the guard. The upstream must receive no byte.</summary>
    internal async Task<WireMessage> AssertRefusedAsync(string request)
    {
        const string refused = "clik2pay.sidecar.requests_rejected";
        const string reason = "merchant_transaction_id";
        var (seen, count) = (Upstream.BytesSeen, Sidecar.Metrics.Sum(refused, reason));
        await using var connection = await RawConnection.OpenAsync(Sidecar.Address);
        await connection.SendAsync(request);
        var response = await connection.ReadResponseAsync();

        Assert.Equal(400, response.Status);
        Assert.Equal(["merchant_transaction_id_required"], response["Clik2pay-Sidecar-Error"]);
        Assert.Contains("\"code\":\"merchant_transaction_id_required\",\"sent\":\"no\"", response.Text, StringComparison.Ordinal);
        Assert.Equal(["close"], response["Connection"]);
        Assert.Equal(count + 1, Sidecar.Metrics.Sum(refused, reason));
        Assert.Equal(seen, Upstream.BytesSeen);
        return response;
    }

    /// <summary>Sends a request and expects that its body arrives unchanged.</summary>
    /// <param name="body">The body that the upstream must receive, in Latin-1.</param>
    internal async Task AssertForwardedAsync(string request, string body)
    {
        await using var connection = await RawConnection.OpenAsync(Sidecar.Address);
        await connection.SendAsync(request);
        Assert.Equal(200, (await connection.ReadResponseAsync()).Status);

        Assert.Equal(body, Upstream.Received.Last().Text);
    }

    /// <param name="body">The body in Latin-1. Each character is one byte.</param>
    internal static string Post(
        string body,
        string target = "/open/v1/payment-requests",
        string headers = "Content-Type: application/json\r\n",
        string method = "POST") =>
        FormattableString.Invariant(
            $"{method} {target} HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: {body.Length}\r\n\r\n{body}");

    internal static string PostInChunks(string body, string target = "/open/v1/payment-requests") =>
        $"POST {target} HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
        + string.Concat(body.Chunk(16).Select(part => FormattableString.Invariant($"{part.Length:x}\r\n{new string(part)}\r\n")))
        + "0\r\n\r\n";
}
