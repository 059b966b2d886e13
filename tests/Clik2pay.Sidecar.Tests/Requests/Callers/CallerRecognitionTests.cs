using System.Globalization;
using System.Net;
using System.Runtime.InteropServices;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tests.Support;
using Microsoft.Extensions.Time.Testing;

namespace Clik2pay.Sidecar.Tests.Requests.Callers;

/// <summary>A caller is recognized by a token in a file, by the peer of the Unix socket, or by both.</summary>
public sealed partial class CallerRecognitionTests : IDisposable
{
    private const string ShopToken = "canary-token-of-the-shop";
    private const string AgentToken = "canary-token-of-the-agent";

    private readonly TemporaryFolder folder = new();

    private static string MyUid => GetUid().ToString(CultureInfo.InvariantCulture);

    private static string MyGid => GetGid().ToString(CultureInfo.InvariantCulture);

    private static string OtherId => (GetUid() + GetGid() + 4711).ToString(CultureInfo.InvariantCulture);

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData(ShopToken, "shop")]
    [InlineData(AgentToken, "agent")]
    [InlineData("canary-token-of-the-Shop", null)]
    [InlineData("canary-token-of-the-sho", null)]
    [InlineData("", null)]
    [InlineData(null, null)]
    public async Task A_token_identifies_its_caller_and_any_other_text_nobody(string? token, string? caller)
    {
        await using var sidecar = await StartAsync([.. Tokens()]);

        using var response = await GetAsync(sidecar.Caller, token);

        AssertCaller(sidecar, response, caller);
    }

    [Fact]
    public async Task Two_tokens_in_one_request_identify_nobody()
    {
        await using var sidecar = await StartAsync([.. Tokens()]);

        using var response = await GetAsync(sidecar.Caller, ShopToken, ShopToken);

        AssertCaller(sidecar, response, null);
    }

    [Fact]
    public async Task All_tokens_of_a_caller_are_valid_at_once_and_change_while_the_sidecar_runs()
    {
        var second = folder.Write("second", "canary-second-token-of-the-shop");
        await using var sidecar = await StartAsync([.. Tokens(), ("Callers:shop:TokenFiles", $"{folder.FullName}/shop;{second}")]);
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(sidecar, ShopToken));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(sidecar, "canary-second-token-of-the-shop"));

        folder.Write("shop", "canary-third-token-of-the-shop");
        await WaitForStatusAsync(sidecar, "canary-third-token-of-the-shop", HttpStatusCode.OK);
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(sidecar, ShopToken));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(sidecar, "canary-second-token-of-the-shop"));

        File.Delete(second);
        await WaitForStatusAsync(sidecar, "canary-second-token-of-the-shop", HttpStatusCode.Forbidden);
        var revoked = await sidecar.Log.WaitForAsync("is no longer accepted");
        Assert.StartsWith(
            $"A token of the caller shop is no longer accepted, because its file cannot be used: the file {second} does not exist",
            revoked,
            StringComparison.Ordinal);

        folder.Write("second", "canary-second-token-of-the-shop");
        await WaitForStatusAsync(sidecar, "canary-second-token-of-the-shop", HttpStatusCode.OK);
        await sidecar.Log.WaitForAsync("can be used again");
        Assert.Single(sidecar.Log.Lines, line => line.Text.Contains("is no longer accepted", StringComparison.Ordinal));
        Assert.DoesNotContain(sidecar.Log.Lines, line => line.Text.Contains("canary", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_token_that_two_callers_share_while_the_sidecar_runs_identifies_neither()
    {
        await using var sidecar = await StartAsync([.. Tokens()]);

        folder.Write("agent", ShopToken);

        await sidecar.Log.WaitForAsync("The callers agent and shop have the same token");
        Assert.Equal(HttpStatusCode.Forbidden, await StatusAsync(sidecar, ShopToken));
        Assert.Empty(sidecar.Upstream.Received);
    }

    [Fact]
    public async Task A_file_that_hangs_revokes_nothing_and_delays_no_other_file()
    {
        var time = new FakeTimeProvider();
        await using var sidecar = await TestSidecar.StartAsync([.. Tokens()], time);
        var pipe = $"{folder.FullName}/shop";
        File.Delete(pipe);
        Assert.Equal(0, MakePipe(pipe, 0b110_000_000));
        folder.Write("agent", "canary-next-token-of-the-agent");

        // Opening the pipe blocks until another process writes to it.
        while (await StatusAsync(sidecar, "canary-next-token-of-the-agent") != HttpStatusCode.OK)
            await AdvanceAsync(time);
        while (!sidecar.Log.Lines.Any(line => line.Text.Contains("could not be read within 5 s", StringComparison.Ordinal)))
            await AdvanceAsync(time);

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(sidecar, ShopToken));
        await File.WriteAllTextAsync(pipe, ShopToken, TestContext.Current.CancellationToken);
    }

    [Theory]
    [InlineData("mine", "", "local")]
    [InlineData("", "mine", "local")]
    [InlineData("mine", "mine", "local")]
    [InlineData("other;mine", "", "local")]
    [InlineData("other", "", null)]
    [InlineData("", "other", null)]
    [InlineData("mine", "other", null)]
    [InlineData("other", "mine", null)]
    public async Task A_caller_without_tokens_is_recognized_by_the_user_and_the_group_of_its_process(string uid, string gid, string? caller)
    {
        await using var sidecar = await StartOnSocketAsync(
            ("Callers:local:Uid", Ids(uid, MyUid)), ("Callers:local:Gid", Ids(gid, MyGid)), ("Callers:local:Operations", "read"));

        using var response = await GetAsync(sidecar.Caller);

        AssertCaller(sidecar, response, caller);
    }

    [Fact]
    public async Task The_user_takes_precedence_over_the_group()
    {
        await using var sidecar = await StartOnSocketAsync(
            ("Callers:a:Gid", MyGid), ("Callers:a:Operations", "read"), ("Callers:b:Uid", MyUid), ("Callers:b:Operations", "read"));

        using var response = await GetAsync(sidecar.Caller);

        AssertCaller(sidecar, response, "b");
    }

    [Fact]
    public async Task A_wrong_token_is_refused_even_if_the_user_is_right()
    {
        await using var sidecar = await StartOnSocketAsync(
            [.. Tokens(), ("Callers:local:Uid", MyUid), ("Callers:local:Operations", "read")]);

        using (var response = await GetAsync(sidecar.Caller, "canary-wrong-token-of-nobody"))
            AssertCaller(sidecar, response, null);
        using (var response = await GetAsync(sidecar.Caller))
            AssertCaller(sidecar, response, "local");
    }

    [Theory]
    [InlineData("mine", "shop")]
    [InlineData("other", null)]
    public async Task A_caller_with_a_token_and_a_user_needs_both(string uid, string? caller)
    {
        await using var sidecar = await StartOnSocketAsync([.. Tokens(), ("Callers:shop:Uid", Ids(uid, MyUid))]);

        using (var response = await GetAsync(sidecar.Caller))
            AssertCaller(sidecar, response, null);
        using (var response = await GetAsync(sidecar.Caller, ShopToken))
            AssertCaller(sidecar, response, caller);
    }

    [Fact]
    public async Task A_connection_over_TCP_has_no_user()
    {
        await using var sidecar = await StartOnSocketAsync(
            ("Sidecar:Listeners:tcp:Address", "http://127.0.0.1:0"), ("Callers:local:Uid", MyUid), ("Callers:local:Operations", "read"));
        using var caller = sidecar.NewCaller("tcp");

        using (var response = await GetAsync(caller))
            AssertCaller(sidecar, response, null);
        using (var response = await GetAsync(sidecar.Caller))
            AssertCaller(sidecar, response, "local");
    }

    private static void AssertCaller(TestSidecar sidecar, HttpResponseMessage response, string? caller)
    {
        if (caller is not null)
        {
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            Assert.Equal(1, sidecar.Metrics.Sum("clik2pay.sidecar.caller_requests", caller, "allowed"));
            return;
        }

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal(["caller_refused"], response.Headers.GetValues("Clik2pay-Sidecar-Error"));
        Assert.NotEqual(0, sidecar.Metrics.Sum("clik2pay.sidecar.caller_requests", "none", "refused"));
        Assert.NotEqual(0, sidecar.Metrics.Sum("clik2pay.sidecar.requests_rejected", "caller_token"));
        Assert.Empty(sidecar.Upstream.Received);
    }

    private static string Ids(string ids, string mine) =>
        ids.Replace("mine", mine, StringComparison.Ordinal).Replace("other", OtherId, StringComparison.Ordinal);

    private static async Task<HttpResponseMessage> GetAsync(HttpClient caller, params string?[] tokens)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/open/v1/payment-requests");
        foreach (var token in tokens.OfType<string>())
            request.Headers.TryAddWithoutValidation("Clik2pay-Sidecar-Token", token);
        return await caller.SendAsync(request);
    }

    private static async Task<HttpStatusCode> StatusAsync(TestSidecar sidecar, string token)
    {
        using var response = await GetAsync(sidecar.Caller, token);
        return response.StatusCode;
    }

    private static async Task WaitForStatusAsync(TestSidecar sidecar, string token, HttpStatusCode status)
    {
        // Nothing signals that a file was read.
        while (await StatusAsync(sidecar, token) != status)
            await Task.Delay(TimeSpan.FromMilliseconds(50), SystemDefaults.Time, TestContext.Current.CancellationToken);
    }

    /// <summary>Advances the time, and lets the watch read the files.</summary>
    private static Task AdvanceAsync(FakeTimeProvider time)
    {
        time.Advance(TimeSpan.FromMilliseconds(200));
        return Task.Delay(TimeSpan.FromMilliseconds(5), SystemDefaults.Time, TestContext.Current.CancellationToken);
    }

    private static Task<TestSidecar> StartAsync(params (string, string?)[] settings) => TestSidecar.StartAsync(settings);

    private Task<TestSidecar> StartOnSocketAsync(params (string, string?)[] settings) =>
        StartAsync([("Sidecar:Listen", $"http://unix:{folder.FullName}/s.sock"), .. settings]);

    private (string, string?)[] Tokens() =>
    [
        ("Callers:shop:TokenFiles", folder.Write("shop", ShopToken)),
        ("Callers:shop:Operations", "read"),
        ("Callers:agent:TokenFiles", folder.Write("agent", AgentToken)),
        ("Callers:agent:Operations", "read"),
    ];

    [LibraryImport("libc", EntryPoint = "mkfifo", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int MakePipe(string path, uint mode);

    [LibraryImport("libc", EntryPoint = "getuid")]
    private static partial uint GetUid();

    [LibraryImport("libc", EntryPoint = "getgid")]
    private static partial uint GetGid();
}
