using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tokens.Refresh;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Clik2pay.Sidecar.Tests.Requests.Forward;

/// <summary>The response distinguishes refused credentials, which a person must correct, from a failed token endpoint.</summary>
public sealed class CredentialsRefusedTests
{
    private static readonly RequestDelegate Refusing = FakeTokenEndpoint.Respond(400, """{"error":"invalid_client"}""");
    private static readonly RequestDelegate Down = FakeTokenEndpoint.Respond(503, "");

    [Theory]
    [InlineData(400, "invalid_client", "refused the username or the password")]
    [InlineData(400, "invalid_scope", "refused the scope")]
    [InlineData(401, "", "responded with 401")]
    public async Task A_request_without_a_token_gets_credentials_refused_if_the_token_endpoint_refuses_the_credentials(
        int status, string error, string reason)
    {
        var refusal = FakeTokenEndpoint.Respond(status, $$"""{"error":"{{error}}"}""");
        await using var sidecar = await TestSidecar.StartAsync(arrange: endpoint => endpoint.Fault = refusal);

        var response = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));

        var problem = await AssertCodeAsync(response, "credentials_refused");
        Assert.InRange(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, 1, 15 * 60);
        Assert.Equal("no", problem.GetProperty("sent").GetString());
        var detail = problem.GetProperty("detail").GetString();
        Assert.Contains(reason, detail, StringComparison.Ordinal);
        Assert.Contains("Check the credentials; the sidecar's log has details.", detail, StringComparison.Ordinal);
        Assert.Empty(sidecar.Upstream.Received);
        Assert.Equal(1, sidecar.Metrics.Sum("clik2pay.sidecar.own_answers", "credentials_refused"));
        Assert.Equal(0, sidecar.Metrics.Sum("clik2pay.sidecar.own_answers", "token_unavailable"));
        var report = await sidecar.Admin.GetStringAsync(new Uri("/status", UriKind.Relative));
        Assert.Contains("\"credentials_refused\": 1", report, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refused_credentials_have_no_effect_on_callers_while_the_token_is_valid()
    {
        var time = new FakeTimeProvider();
        await using var sidecar = await TestSidecar.StartAsync(time: time);
        await sidecar.WaitForTokenAsync("access_token_1");
        sidecar.TokenEndpoint.Fault = Refusing;
        await AdvanceToRefreshAsync(sidecar, time, TimeSpan.FromMinutes(46));

        Assert.Equal(HttpStatusCode.OK, (await GetAsync(sidecar)).StatusCode);

        time.Advance(TimeSpan.FromMinutes(15));
        await AssertCodeAsync(await GetAsync(sidecar), "credentials_refused");
    }

    [Fact]
    public async Task The_error_code_depends_on_the_last_refresh()
    {
        var time = new FakeTimeProvider();
        await using var sidecar = await TestSidecar.StartAsync(time: time, arrange: endpoint => endpoint.Fault = Down);
        await AssertCodeAsync(await GetAsync(sidecar), "token_unavailable");

        sidecar.TokenEndpoint.Fault = Refusing;
        time.Advance(RefreshSchedule.LongestPauseOnDemand);
        await AssertCodeAsync(await GetAsync(sidecar), "credentials_refused");

        sidecar.TokenEndpoint.Fault = Down;
        await AdvanceToRefreshAsync(sidecar, time, TimeSpan.FromMinutes(15));
        await AssertCodeAsync(await GetAsync(sidecar), "token_unavailable");
    }

    [Fact]
    public async Task If_credentials_are_refused_after_a_401_the_caller_gets_the_401_and_the_next_request_gets_credentials_refused()
    {
        await using var sidecar = await TestSidecar.StartAsync();
        await sidecar.WaitForTokenAsync("access_token_1");
        sidecar.TokenEndpoint.Fault = Refusing;
        sidecar.Upstream.Respond = FakeTokenEndpoint.Respond(401, "");

        Assert.Equal(HttpStatusCode.Unauthorized, (await GetAsync(sidecar)).StatusCode);
        await AssertCodeAsync(await GetAsync(sidecar), "credentials_refused");
        Assert.Single(sidecar.Upstream.Received);
    }

    private static async Task<JsonElement> AssertCodeAsync(HttpResponseMessage response, string code)
    {
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal([code], response.Headers.GetValues("Clik2pay-Sidecar-Error"));
        var problem = await response.Content.ReadFromJsonAsync<JsonElement>();
        Assert.Equal(code, problem.GetProperty("code").GetString());
        return problem;
    }

    private static Task<HttpResponseMessage> GetAsync(TestSidecar sidecar) => sidecar.Caller.GetAsync("/open/v1/a");

    private static async Task AdvanceToRefreshAsync(TestSidecar sidecar, FakeTimeProvider time, TimeSpan span)
    {
        var refresh = sidecar.NextRefresh;
        time.Advance(span);
        await refresh;
    }
}
