using System.Net;
using System.Text.Json;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Clik2pay.Sidecar.Tests.Administration;

/// <summary><c>Sidecar:UnreadyWhenRefused</c>. The administration listener reports the same state everywhere.</summary>
public sealed class UnreadyWhenRefusedTests
{
    private static readonly RequestDelegate Refusal = FakeTokenEndpoint.Respond(400, """{"error":"invalid_client"}""");
    private static readonly RequestDelegate Outage = FakeTokenEndpoint.Respond(503, "");

    [Theory]
    [InlineData("Always", false)]
    [InlineData("AtStart", false)]
    [InlineData("Never", true)]
    public async Task Credentials_that_are_refused_before_the_first_token(string setting, bool isReady)
    {
        await using var sidecar = await StartAsync(setting, Refusal);
        await sidecar.Caller.GetAsync("/open/v1/a");

        await AssertAsync(sidecar, isReady, "none can be obtained");
    }

    [Theory]
    [InlineData("Always", false)]
    [InlineData("AtStart", true)]
    [InlineData("Never", true)]
    public async Task Credentials_that_are_refused_after_the_first_token(string setting, bool isReady)
    {
        await using var sidecar = await StartAsync(setting, fault: null);
        await LoseTokenAsync(sidecar, Refusal);

        await AssertAsync(sidecar, isReady, "none can be obtained");
        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await sidecar.Caller.GetAsync("/open/v1/a")).StatusCode);
    }

    [Theory]
    [InlineData("Always")]
    [InlineData("AtStart")]
    [InlineData("Never")]
    public async Task An_outage_of_the_token_endpoint_leaves_the_sidecar_ready_before_and_after_the_first_token(string setting)
    {
        await using var sidecar = await StartAsync(setting, Outage);
        await sidecar.Caller.GetAsync("/open/v1/a");
        await AssertAsync(sidecar, isReady: true, "at the moment");

        await using var other = await StartAsync(setting, fault: null);
        await LoseTokenAsync(other, Outage);
        await AssertAsync(other, isReady: true, "at the moment");
    }

    /// <summary>Otherwise, a rollout with wrong credentials could replace every pod before the first refusal.</summary>
    [Theory]
    [InlineData("Always", true)]
    [InlineData("AtStart", false)]
    [InlineData("Never", true)]
    public async Task Only_AtStart_is_unready_until_the_first_token_call_has_ended(string setting, bool isReady)
    {
        var response = new TaskCompletionSource();
        var called = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var sidecar = await StartAsync(setting, Refusal, endpoint =>
        {
            endpoint.Gate = response.Task;
            endpoint.Called = () => called.TrySetResult();
        });
        await called.Task;

        await AssertAsync(sidecar, isReady, "the token endpoint has not responded yet");

        var ended = sidecar.NextRefresh;
        response.SetResult();
        await ended;
        await AssertAsync(sidecar, isReady: setting == "Never", "none can be obtained");
    }

    [Fact]
    public async Task A_token_endpoint_that_does_not_respond_delays_AtStart_by_the_timeout_of_one_call()
    {
        var time = new FakeTimeProvider();
        var called = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var sidecar = await StartAsync(
            "AtStart",
            fault: null,
            endpoint =>
            {
                endpoint.Gate = new TaskCompletionSource().Task;
                endpoint.Called = () => called.TrySetResult();
            },
            time);
        await called.Task;
        await AssertAsync(sidecar, isReady: false, "the token endpoint has not responded yet");

        var ended = sidecar.NextRefresh;
        time.Advance(TimeSpan.FromSeconds(10));
        await ended;

        await AssertAsync(sidecar, isReady: true, "sent no response within 10 s");
    }

    [Theory]
    [InlineData("Any", true)]
    [InlineData("All", false)]
    public async Task With_AtStart_ReadyWhen_decides_about_a_profile_that_was_never_accepted(string readyWhen, bool isReady)
    {
        await using var refused = await FakeTokenEndpoint.StartAsync();
        TestProfiles.Refuse(refused);
        await using var sidecar = await TestSidecar.StartAsync(
        [
            ("Sidecar:UnreadyWhenRefused", "AtStart"),
            ("Sidecar:ReadyWhen", readyWhen),
            .. TestProfiles.Settings("shop", "http://127.0.0.1:1", refused.Address),
        ]);
        await sidecar.WaitForProfilesAsync();

        await AssertAsync(sidecar, isReady, "Profiles that are ready: 1 of 2.");
    }

    private static Task<TestSidecar> StartAsync(
        string setting, RequestDelegate? fault, Action<FakeTokenEndpoint>? arrange = null, TimeProvider? time = null) =>
        TestSidecar.StartAsync([("Sidecar:UnreadyWhenRefused", setting)], time, endpoint =>
        {
            endpoint.Fault = fault;
            arrange?.Invoke(endpoint);
        });

    /// <summary>Obtains a token, which upstream rejects, and then lets the token endpoint fail.</summary>
    private static async Task LoseTokenAsync(TestSidecar sidecar, RequestDelegate fault)
    {
        Assert.Equal(HttpStatusCode.OK, (await sidecar.Caller.GetAsync("/open/v1/a")).StatusCode);
        sidecar.TokenEndpoint.Fault = fault;
        sidecar.Upstream.Respond = context =>
        {
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
            return Task.CompletedTask;
        };
        await sidecar.Caller.GetAsync("/open/v1/a");
        await sidecar.Caller.GetAsync("/open/v1/a");
    }

    private static async Task AssertAsync(TestSidecar sidecar, bool isReady, string reason)
    {
        var probe = await sidecar.Admin.GetAsync("/readyz");
        var text = (await probe.Content.ReadAsStringAsync()).TrimEnd();
        var status = JsonDocument.Parse(await sidecar.Admin.GetStringAsync("/status")).RootElement;
        var page = await sidecar.Admin.GetStringAsync("/");

        Assert.Equal(isReady ? HttpStatusCode.OK : HttpStatusCode.ServiceUnavailable, probe.StatusCode);
        Assert.Contains(reason, text, StringComparison.Ordinal);
        Assert.Equal(
            isReady && reason.StartsWith("none", StringComparison.Ordinal),
            text.Contains("stays ready, because Sidecar:UnreadyWhenRefused is", StringComparison.Ordinal));
        Assert.Equal((isReady, text), (status.GetProperty("ready").GetBoolean(), status.GetProperty("reason").GetString()));
        Assert.Equal(isReady ? 1 : 0, sidecar.Metrics.Sum("clik2pay.sidecar.ready"));
        Assert.Equal(!isReady, page.Contains(">Not ready<", StringComparison.Ordinal));
        Assert.Equal(HttpStatusCode.OK, (await sidecar.Admin.GetAsync("/livez")).StatusCode);
    }
}
