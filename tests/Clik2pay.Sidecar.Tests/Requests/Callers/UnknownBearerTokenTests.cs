using System.Net;
using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Requests.Callers;

/// <summary>Requests with a bearer token that identifies no caller, such as the placeholder of a removed caller token.</summary>
public sealed class UnknownBearerTokenTests : IDisposable
{
    private const string Prefix = "clik2pay-sidecar-placeholder";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("Bearer " + Prefix + "-of-a-removed-token", HttpStatusCode.Unauthorized)]
    [InlineData("bearer a-cached-access-token", HttpStatusCode.Unauthorized)]
    [InlineData("Basic c2hvcDp3cm9uZw==", HttpStatusCode.Forbidden)]
    [InlineData("Bearer", HttpStatusCode.Forbidden)]
    [InlineData(null, HttpStatusCode.Forbidden)]
    public async Task An_unknown_bearer_token_gets_401_so_that_an_OAuth_client_requests_a_new_one(
        string? authorization, HttpStatusCode expected)
    {
        await using var sidecar = await StartAsync(hasEndpoint: true);

        using var response = await GetAsync(sidecar, authorization);

        Assert.Equal(expected, response.StatusCode);
        Assert.Equal(["caller_refused"], response.Headers.GetValues("Clik2pay-Sidecar-Error"));
        Assert.Equal(
            expected == HttpStatusCode.Unauthorized ? "Bearer realm=\"clik2pay-sidecar\", error=\"invalid_token\"" : "",
            response.Headers.WwwAuthenticate.ToString());
        Assert.Empty(sidecar.Upstream.Received);
        Assert.Equal(1, sidecar.Metrics.Sum("clik2pay.sidecar.caller_requests", "none", "refused"));
    }

    [Fact]
    public async Task Without_the_placeholder_token_endpoint_an_unknown_bearer_token_gets_403()
    {
        await using var sidecar = await StartAsync(hasEndpoint: false);

        using var response = await GetAsync(sidecar, $"Bearer {Prefix}-of-a-removed-token");

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Empty(response.Headers.WwwAuthenticate);
    }

    private static async Task<HttpResponseMessage> GetAsync(TestSidecar sidecar, string? authorization)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/open/v1/payment-requests");
        if (authorization is not null)
            request.Headers.Add("Authorization", authorization);
        return await sidecar.Caller.SendAsync(request);
    }

    private Task<TestSidecar> StartAsync(bool hasEndpoint) => TestSidecar.StartAsync(
    [
        ("Sidecar:PlaceholderTokenEndpoint", hasEndpoint ? "true" : "false"),
        ("Callers:shop:TokenFiles", folder.Write("shop", "canary-token-of-the-shop")),
        ("Callers:shop:Operations", "read"),
    ]);
}
