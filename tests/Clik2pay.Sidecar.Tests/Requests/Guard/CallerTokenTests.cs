using System.Net;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Requests.Guard;

/// <summary>With a caller token, only the app can use the sidecar, and other containers of its pod cannot.</summary>
public sealed class CallerTokenTests : IAsyncLifetime
{
    private const string Token = "canary-caller-token-2Hj";

    private readonly TemporaryFolder folder = new();
    private TestSidecar sidecar = null!;

    public async ValueTask InitializeAsync() =>
        sidecar = await TestSidecar.StartAsync([("Sidecar:CallerTokenFile", folder.Write("caller-token", Token + "\n"))]);

    public async ValueTask DisposeAsync()
    {
        await sidecar.DisposeAsync();
        folder.Dispose();
    }

    [Theory]
    [InlineData]
    [InlineData("")]
    [InlineData("canary-caller-token-2H")]
    [InlineData("canary-caller-token-2Hjj")]
    [InlineData("Canary-caller-token-2Hj")]
    [InlineData("wrong")]
    [InlineData(Token, Token)]
    [InlineData(Token, "wrong")]
    public async Task A_request_without_the_caller_token_gets_403_and_is_not_forwarded(params string[] sent)
    {
        await using var connection = await RawConnection.OpenAsync(sidecar.Address);
        var headers = string.Concat(sent.Select(value => $"Clik2pay-Sidecar-Token: {value}\r\n"));

        await connection.SendAsync($"POST /open/v1/payment-requests HTTP/1.1\r\nHost: localhost\r\n{headers}Content-Length: 2\r\n\r\n{{}}");
        var response = await connection.ReadResponseAsync();

        Assert.Equal(403, response.Status);
        Assert.Equal(["caller_refused"], response["Clik2pay-Sidecar-Error"]);
        Assert.Contains("Clik2pay-Sidecar-Token is missing or wrong", response.Text, StringComparison.Ordinal);
        Assert.DoesNotContain(Token, response.Text, StringComparison.Ordinal);
        Assert.Equal(1, sidecar.Metrics.Sum("clik2pay.sidecar.requests_rejected", "caller_token"));
        Assert.Empty(sidecar.Upstream.Received);
    }

    [Fact]
    public async Task A_header_with_a_similar_name_is_not_accepted()
    {
        Assert.Equal(HttpStatusCode.Forbidden, (await ExchangeAsync(Token, header: "Clik2pay_Sidecar_Token")).StatusCode);
        Assert.Empty(sidecar.Upstream.Received);
    }

    [Theory]
    [InlineData("Clik2pay-Sidecar-Token")]
    [InlineData("clik2pay-sidecar-token")]
    public async Task A_request_with_the_caller_token_is_forwarded_without_it(string header)
    {
        Assert.Equal(HttpStatusCode.OK, (await ExchangeAsync(Token, header)).StatusCode);

        var received = sidecar.Upstream.Single();
        Assert.DoesNotContain(received.Headers, sent => sent.Key.Contains("token", StringComparison.OrdinalIgnoreCase)
            || sent.Value.ToString().Contains(Token, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Probes_need_no_caller_token()
    {
        await sidecar.WaitForTokenAsync("access_token_1");

        Assert.Equal(HttpStatusCode.OK, (await sidecar.Admin.GetAsync("/readyz")).StatusCode);
    }

    private async Task<HttpResponseMessage> ExchangeAsync(string token, string header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/open/v1/payment-requests");
        request.Headers.Add(header, token);
        return await sidecar.Caller.SendAsync(request);
    }
}
