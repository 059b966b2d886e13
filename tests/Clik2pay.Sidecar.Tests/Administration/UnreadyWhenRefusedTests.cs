using System.Net;
using System.Text.Json;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Clik2pay.Sidecar.Tests.Administration;

/// <summary><c>Sidecar:UnreadyWhenRefused</c>. The administration listener reports the same state everywhere.</summary>
public sealed class UnreadyWhenRefusedTests
{
    private static readonly RequestDelegate Refusal = FakeTokenEndpoint.Respond(400, """{"error":"invalid_client"}""");
    private static readonly RequestDelegate Outage = FakeTokenEndpoint.Respond(503, "");
    private static readonly Dictionary<string, RequestDelegate> Failures = new(StringComparer.Ordinal)
    {
        ["Throttled"] = FakeTokenEndpoint.Respond(429, ""),
        ["Unavailable"] = Outage,
        ["InvalidResponse"] = FakeTokenEndpoint.Respond(200, "{}"),
    };

    public static MatrixTheoryData<string, string> SettingsAndFailures => new(["Always", "AtStart", "Never"], [.. Failures.Keys]);

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

    /// <summary>Otherwise, a rollout with wrong credentials continues as soon as the token endpoint fails in another way.</summary>
    [Theory]
    [MemberData(nameof(SettingsAndFailures))]
    public async Task With_AtStart_a_refusal_before_the_first_token_counts_until_corrected_credentials_obtain_a_token(
        string setting, string nextFailure)
    {
        var time = new FakeTimeProvider();
        using var secret = new MountedSecret();
        await using var sidecar = await StartFromFilesAsync(setting, secret, time);
        await sidecar.Caller.GetAsync("/open/v1/a");
        await AssertAsync(sidecar, isReady: setting == "Never", "none can be obtained");

        sidecar.TokenEndpoint.Fault = Failures[nextFailure];
        await RetryAsync(sidecar, time);
        var isReady = setting != "AtStart";
        await AssertAsync(sidecar, isReady, isReady ? "at the moment" : "An earlier attempt with these credentials was refused.");

        await ChangeFilesAsync(sidecar, secret, time, new StrictProvider { Refused = "password-0" }.IssueTokenAsync);
        await sidecar.WaitForTokenAsync("access_token_1");
        await AssertAsync(sidecar, isReady: true, "There is a valid access token.");
    }

    /// <summary>New credentials that have not been refused count like those of a new replica.</summary>
    [Fact]
    public async Task With_AtStart_a_refusal_of_earlier_credentials_does_not_count_once_new_ones_have_met_an_outage()
    {
        var time = new FakeTimeProvider();
        using var secret = new MountedSecret();
        await using var sidecar = await StartFromFilesAsync("AtStart", secret, time);
        await sidecar.Caller.GetAsync("/open/v1/a");

        await ChangeFilesAsync(sidecar, secret, time, Outage);
        await sidecar.WaitForReadinessAsync(isReady: true);

        // The token endpoint recovers, and refuses both sets.
        sidecar.TokenEndpoint.Fault = Refusal;
        await RetryAsync(sidecar, time);
        await sidecar.Log.WaitForAsync("The new credentials were refused");
        await sidecar.WaitForReadinessAsync(isReady: false);
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

    private static Task<TestSidecar> StartFromFilesAsync(string setting, MountedSecret secret, TimeProvider time)
    {
        secret.Swap("user", "password-0", "key-0");
        (string, string?)[] withoutValues = [("Clik2pay:Username", null), ("Clik2pay:Password", null), ("Clik2pay:ApiKey", null)];
        return TestSidecar.StartAsync(
            [
                ("Sidecar:UnreadyWhenRefused", setting), ("Clik2pay:CredentialsDirectory", secret.Path), .. withoutValues,
            ],
            time,
            endpoint => endpoint.Fault = Refusal);
    }

    /// <summary>Lets the longest pause after a first refusal pass, and waits until the next attempt has ended.</summary>
    private static async Task RetryAsync(TestSidecar sidecar, FakeTimeProvider time)
    {
        var ended = sidecar.NextRefresh;
        time.Advance(TimeSpan.FromMinutes(2));
        await ended;
    }

    /// <summary>Writes new credentials, and lets time pass until they are found and tried. Time stops during the token call.</summary>
    private static async Task ChangeFilesAsync(
        TestSidecar sidecar, MountedSecret secret, FakeTimeProvider time, RequestDelegate fault)
    {
        sidecar.TokenEndpoint.Fault = fault;
        secret.Swap("user", "password-1", "key-1");
        var found = sidecar.Log.WaitForAsync("contain a new set");
        while (!found.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));

            // Reading the files takes real time.
            await Task.WhenAny(found, Task.Delay(TimeSpan.FromMilliseconds(2), SystemDefaults.Time));
        }
    }

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
