using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Requests.Callers;

/// <summary>An app that fetches access tokens gets a placeholder from the sidecar, and never a real token.</summary>
public sealed class PlaceholderTokenEndpointTests : IDisposable
{
    private const string Token = "canary token: of+the%shop";
    private const string Grant = "grant_type=client_credentials&scope=payment_request%2Fall";
    private const string Prefix = "clik2pay-sidecar-placeholder";

    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task By_default_the_path_has_no_route()
    {
        await using var sidecar = await TestSidecar.StartAsync();

        using var response = await PostAsync(sidecar, Grant);

        AssertProblem(response, HttpStatusCode.NotFound, "no_route");
    }

    [Fact]
    public async Task Without_callers_the_placeholder_is_always_the_same_and_is_replaced_in_requests()
    {
        await using var sidecar = await TestSidecar.StartAsync([("Sidecar:PlaceholderTokenEndpoint", "true")]);

        using var response = await PostAsync(sidecar, Grant, Basic("any", "credentials"));

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal("application/json", response.Content.Headers.ContentType?.ToString());
        Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
        Assert.False(response.Headers.Contains("Clik2pay-Sidecar-Error"));
        Assert.Equal(
            $$"""{"access_token":"{{Prefix}}","expires_in":3600,"token_type":"Bearer"}""", await response.Content.ReadAsStringAsync());
        Assert.Empty(sidecar.Upstream.Received);

        using var call = await GetAsync(sidecar, new("Bearer", Prefix));
        Assert.Equal(HttpStatusCode.OK, call.StatusCode);
        Assert.StartsWith("Bearer access_token_", sidecar.Upstream.Single().Headers.Authorization.ToString(), StringComparison.Ordinal);
        Assert.Equal(0, sidecar.Metrics.Sum("clik2pay.sidecar.own_answers"));
    }

    [Theory]
    [InlineData(Token)]
    [InlineData("canary+token%3A+of%2Bthe%25shop")]
    public async Task A_placeholder_identifies_its_caller_until_the_token_is_removed(string password)
    {
        await using var sidecar = await StartAsync();

        var placeholder = await FetchAsync(sidecar, Basic("Shop", password));
        Assert.StartsWith($"{Prefix}-", placeholder, StringComparison.Ordinal);
        Assert.Equal(placeholder, await FetchAsync(sidecar, Basic("shop", password)));
        using (var call = await GetAsync(sidecar, new("Bearer", placeholder)))
            Assert.Equal(HttpStatusCode.OK, call.StatusCode);
        Assert.Equal(1, sidecar.Metrics.Sum("clik2pay.sidecar.caller_requests", "shop", "allowed"));
        Assert.DoesNotContain(placeholder, string.Join(' ', sidecar.Upstream.Single().Headers.Values), StringComparison.Ordinal);

        folder.Write("shop", "canary-next-token-of-the-shop");
        await WaitForAsync(sidecar, placeholder, HttpStatusCode.Unauthorized);
        using var response = await PostAsync(sidecar, Grant, Basic("shop", password));
        AssertProblem(response, HttpStatusCode.Unauthorized, "caller_refused");
        var next = await FetchAsync(sidecar, Basic("shop", "canary-next-token-of-the-shop"));
        Assert.NotEqual(placeholder, next);
    }

    [Theory]
    [InlineData("shop", "canary wrong")]
    [InlineData("agent", Token)]
    [InlineData("", Token)]
    [InlineData("shop", "")]
    [InlineData(null, null)]
    public async Task Wrong_credentials_get_401_with_an_error_for_OAuth_clients(string? name, string? token)
    {
        await using var sidecar = await StartAsync();

        using var response = await PostAsync(sidecar, Grant, name is null ? null : Basic(name, token!));

        AssertProblem(response, HttpStatusCode.Unauthorized, "caller_refused");
        Assert.Equal("Basic", Assert.Single(response.Headers.WwwAuthenticate).Scheme);
        await AssertErrorAsync(response, "invalid_client");
        Assert.Equal(1, sidecar.Metrics.Sum("clik2pay.sidecar.requests_rejected", "caller_token"));
        Assert.Equal(
            [("none,none,other,refused", 1d)], sidecar.Metrics.All("clik2pay.sidecar.caller_requests").Where(series => series.Value > 0));
    }

    [Theory]
    [InlineData("grant_type=password", "application/x-www-form-urlencoded", "unsupported_grant_type")]
    [InlineData("grant_type=", "application/x-www-form-urlencoded", "unsupported_grant_type")]
    [InlineData("scope=a", "application/x-www-form-urlencoded", "invalid_request")]
    [InlineData("", "application/x-www-form-urlencoded", "invalid_request")]
    [InlineData(Grant + "&grant_type=client_credentials", "application/x-www-form-urlencoded", "invalid_request")]
    [InlineData("{}", "application/json", "invalid_request")]
    public async Task An_invalid_token_request_gets_400(string body, string type, string error)
    {
        await using var sidecar = await StartAsync();

        using var response = await PostAsync(sidecar, body, Basic("shop", Token), type);

        AssertProblem(response, HttpStatusCode.BadRequest, "bad_request");
        await AssertErrorAsync(response, error);
        Assert.Equal(1, sidecar.Metrics.Sum("clik2pay.sidecar.requests_rejected", "token_request"));
        Assert.Equal(0, sidecar.Metrics.Sum("clik2pay.sidecar.caller_requests"));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_body_of_more_than_16_KiB_gets_413(bool isChunked)
    {
        await using var sidecar = await StartAsync();

        using var response = await PostAsync(
            sidecar, $"{Grant}&a={new string('a', 16 * 1024)}", Basic("shop", Token), isChunked: isChunked);

        AssertProblem(response, HttpStatusCode.RequestEntityTooLarge, "bad_request");
        await AssertErrorAsync(response, "invalid_request");
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("HEAD")]
    [InlineData("PUT")]
    public async Task Another_method_gets_405(string method)
    {
        await using var sidecar = await StartAsync();
        using var request = new HttpRequestMessage(new(method), "/oauth2/token");

        using var response = await sidecar.Caller.SendAsync(request);

        AssertProblem(response, HttpStatusCode.MethodNotAllowed, "bad_request");
        Assert.Equal(["POST"], response.Content.Headers.Allow);
    }

    [Theory]
    [InlineData("shop", "shop", HttpStatusCode.OK)]
    [InlineData("shop", "agent", HttpStatusCode.Unauthorized)]
    [InlineData("wrong", "shop", HttpStatusCode.Unauthorized)]
    [InlineData("shop", "wrong", HttpStatusCode.Unauthorized)]
    [InlineData("wrong", null, HttpStatusCode.Unauthorized)]
    public async Task A_placeholder_and_a_token_in_one_request_must_agree(string placeholder, string? token, HttpStatusCode expected)
    {
        await using var sidecar = await StartAsync();
        var bearer = placeholder == "wrong" ? $"{Prefix}-wrong" : await FetchAsync(sidecar, Basic(placeholder, Token));

        using var response = await GetAsync(sidecar, new("Bearer", bearer), token is null ? null : TokenOf(token));

        Assert.Equal(expected, response.StatusCode);
    }

    [Fact]
    public async Task Another_Authorization_header_is_ignored()
    {
        await using var sidecar = await StartAsync();

        using (var response = await GetAsync(sidecar, new("Bearer", "some-token-of-the-app"), Token))
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using (var response = await GetAsync(sidecar, new("Bearer", Token)))
            Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    private static string TokenOf(string caller) => caller == "shop" ? Token : $"canary-token-of-the-{caller}";

    private static AuthenticationHeaderValue Basic(string name, string token) =>
        new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{token}")));

    private static async Task<HttpResponseMessage> PostAsync(
        TestSidecar sidecar,
        string body,
        AuthenticationHeaderValue? authorization = null,
        string type = "application/x-www-form-urlencoded",
        bool isChunked = false)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/oauth2/token");
        request.Content = new StringContent(body, Encoding.UTF8, type);
        request.Headers.Authorization = authorization;
        request.Headers.TransferEncodingChunked = isChunked;
        return await sidecar.Caller.SendAsync(request);
    }

    private static async Task<HttpResponseMessage> GetAsync(
        TestSidecar sidecar, AuthenticationHeaderValue authorization, string? token = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/open/v1/payment-requests");
        request.Headers.Authorization = authorization;
        if (token is not null)
            request.Headers.Add("Clik2pay-Sidecar-Token", token);
        return await sidecar.Caller.SendAsync(request);
    }

    private static async Task<string> FetchAsync(TestSidecar sidecar, AuthenticationHeaderValue authorization)
    {
        using var response = await PostAsync(sidecar, Grant, authorization);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        using var json = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        return json.RootElement.GetProperty("access_token").GetString()!;
    }

    private static void AssertProblem(HttpResponseMessage response, HttpStatusCode status, string code)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal([code], response.Headers.GetValues("Clik2pay-Sidecar-Error"));
    }

    private static async Task AssertErrorAsync(HttpResponseMessage response, string error)
    {
        var text = await response.Content.ReadAsStringAsync();
        using var json = JsonDocument.Parse(text);
        Assert.Equal(error, json.RootElement.GetProperty("error").GetString());
        Assert.Equal(
            json.RootElement.GetProperty("detail").GetString(), json.RootElement.GetProperty("error_description").GetString());
        Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
    }

    private static async Task WaitForAsync(TestSidecar sidecar, string placeholder, HttpStatusCode status)
    {
        // Nothing signals that a file was read.
        while (true)
        {
            using var response = await GetAsync(sidecar, new("Bearer", placeholder));
            if (response.StatusCode == status)
                return;
            await Task.Delay(TimeSpan.FromMilliseconds(50), SystemDefaults.Time, TestContext.Current.CancellationToken);
        }
    }

    private Task<TestSidecar> StartAsync() => TestSidecar.StartAsync(
    [
        ("Sidecar:PlaceholderTokenEndpoint", "true"),
        ("Callers:shop:TokenFiles", folder.Write("shop", Token)),
        ("Callers:shop:Operations", "read"),
        ("Callers:agent:TokenFiles", folder.Write("agent", TokenOf("agent"))),
        ("Callers:agent:Operations", "read"),
    ]);
}
