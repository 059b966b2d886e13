using System.Net;
using System.Text;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Requests.Callers;

/// <summary>The profile of a request decides whose credentials are sent, and to which address.</summary>
public sealed class ProfileSelectionTests : IAsyncLifetime
{
    private RecordingUpstream otherUpstream = null!;
    private FakeTokenEndpoint otherTokens = null!;

    public async ValueTask InitializeAsync()
    {
        otherUpstream = await RecordingUpstream.StartAsync();
        otherTokens = await FakeTokenEndpoint.StartAsync();
        otherTokens.TokenOf = number => $"other_token_{number}";
    }

    public async ValueTask DisposeAsync()
    {
        await otherUpstream.DisposeAsync();
        await otherTokens.DisposeAsync();
    }

    [Fact]
    public async Task Each_profile_has_its_own_address_key_and_token()
    {
        await using var sidecar = await TestSidecar.StartAsync(Other());

        await SendAsync(sidecar, "other");
        await SendAsync(sidecar, profile: null);
        await SendAsync(sidecar, "OTHER");
        await SendAsync(sidecar, "default");

        Assert.Equal(
            ["other-key Bearer other_token_1", "other-key Bearer other_token_1"], otherUpstream.Received.Select(CredentialsOf));
        Assert.Equal(
            [$"{Secrets.ApiKey} Bearer access_token_1", $"{Secrets.ApiKey} Bearer access_token_1"],
            sidecar.Upstream.Received.Select(CredentialsOf));
        Assert.All(
            otherUpstream.Received.Concat(sidecar.Upstream.Received),
            received => Assert.DoesNotContain("Clik2pay-Sidecar-Profile", received.Headers));
        Assert.Equal((1, 1), (sidecar.TokenEndpoint.Calls, otherTokens.Calls));
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes("other-user:other-pass"));
        Assert.Equal($"Basic {basic}", otherTokens.Received.Single().Headers.Authorization);
    }

    [Theory]
    [InlineData("Clik2pay-Sidecar-Profile: unknown")]
    [InlineData("Clik2pay-Sidecar-Profile:")]
    [InlineData("Clik2pay-Sidecar-Profile: other, default")]
    [InlineData("Clik2pay-Sidecar-Profile: other\r\nClik2pay-Sidecar-Profile: other")]
    [InlineData("Clik2pay-Sidecar-Profiles: other")]
    [InlineData("Clik2pay_Sidecar_Profile: other")]
    [InlineData("Clik2pay-Sidecar-Merchant: other")]
    [InlineData("Clik2pay-Sidecar-Profile: other\r\nclik2paysidecarprofile: other")]
    public async Task A_header_that_does_not_name_one_profile_is_refused_and_nothing_is_sent(string header)
    {
        await using var sidecar = await TestSidecar.StartAsync(Other());

        var response = await RawConnection.ExchangeAsync(
            sidecar.Address, $"GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\n{header}\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 403 ", response, StringComparison.Ordinal);
        Assert.Contains("Clik2pay-Sidecar-Error: caller_refused\r\n", response, StringComparison.Ordinal);
        Assert.Empty(sidecar.Upstream.Received);
        Assert.Empty(otherUpstream.Received);
    }

    [Fact]
    public async Task Without_a_default_profile_one_other_profile_serves_requests_that_name_none()
    {
        await using var sidecar = await TestSidecar.StartAsync(WithoutDefault(Other()));

        Assert.Equal(HttpStatusCode.OK, (await SendAsync(sidecar, profile: null)).StatusCode);

        Assert.Equal("other-key Bearer other_token_1", CredentialsOf(otherUpstream.Single()));
    }

    [Fact]
    public async Task Without_a_default_profile_and_with_two_others_a_request_must_name_one()
    {
        await using var sidecar = await TestSidecar.StartAsync([.. WithoutDefault(Other()), .. Other("third")]);

        var response = await SendAsync(sidecar, profile: null);

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Contains(
            "Send the name of a profile in the header Clik2pay-Sidecar-Profile",
            await response.Content.ReadAsStringAsync(),
            StringComparison.Ordinal);
        Assert.Empty(otherUpstream.Received);
        Assert.Equal(HttpStatusCode.OK, (await SendAsync(sidecar, "third")).StatusCode);
    }

    [Fact]
    public async Task A_profile_without_a_token_gets_503_and_the_others_are_served()
    {
        otherTokens.Fault = FakeTokenEndpoint.Respond(400, """{"error":"invalid_client"}""");
        await using var sidecar = await TestSidecar.StartAsync(Other());

        var refused = await SendAsync(sidecar, "other");
        var served = await SendAsync(sidecar, profile: null);

        Assert.Equal((HttpStatusCode.ServiceUnavailable, HttpStatusCode.OK), (refused.StatusCode, served.StatusCode));
        Assert.Equal("credentials_refused", Assert.Single(refused.Headers.GetValues("Clik2pay-Sidecar-Error")));
        Assert.Contains("Profiles:other:Environment", await refused.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Empty(otherUpstream.Received);
        Assert.Contains(
            sidecar.Log.Lines, line => line.Text.StartsWith("Profile other: Credentials refused", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_401_replaces_the_token_of_its_profile_only()
    {
        var responses = 0;
        otherUpstream.Respond = context =>
        {
            context.Response.StatusCode = Interlocked.Increment(ref responses) == 1 ? 401 : 200;
            return Task.CompletedTask;
        };
        await using var sidecar = await TestSidecar.StartAsync(Other());
        await SendAsync(sidecar, profile: null);

        var response = await SendAsync(sidecar, "other");

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(
            ["other-key Bearer other_token_1", "other-key Bearer other_token_2"], otherUpstream.Received.Select(CredentialsOf));
        Assert.Equal((1, 2), (sidecar.TokenEndpoint.Calls, otherTokens.Calls));
    }

    private static string CredentialsOf(UpstreamRequest request) =>
        $"{request.Headers["x-api-key"]} {request.Headers.Authorization}";

    private static async Task<HttpResponseMessage> SendAsync(TestSidecar sidecar, string? profile)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/open/v1/a");
        if (profile is not null)
            request.Headers.Add("Clik2pay-Sidecar-Profile", profile);
        return await sidecar.Caller.SendAsync(request);
    }

    private (string Key, string? Value)[] Other(string name = "other") =>
    [
        ($"Profiles:{name}:Environment", "Custom"),
        ($"Profiles:{name}:ApiBaseUrl", otherUpstream.Address),
        ($"Profiles:{name}:TokenEndpoint", otherTokens.Address.AbsoluteUri),
        ($"Profiles:{name}:Username", $"{name}-user"),
        ($"Profiles:{name}:Password", $"{name}-pass"),
        ($"Profiles:{name}:ApiKey", $"{name}-key"),
    ];

    private static (string Key, string? Value)[] WithoutDefault((string Key, string? Value)[] settings) =>
    [
        ("Clik2pay:Environment", null), ("Clik2pay:ApiBaseUrl", null), ("Clik2pay:TokenEndpoint", null),
        ("Clik2pay:Username", null), ("Clik2pay:Password", null), ("Clik2pay:ApiKey", null), .. settings,
    ];
}
