using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Clik2pay.Sidecar.Tokens;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Clik2pay.Sidecar.Tests.Credentials;

/// <summary>Changes of the credential files while the sidecar runs, as callers and the provider observe them.</summary>
public sealed class CredentialRotationTests : IAsyncDisposable
{
    private readonly FakeTimeProvider time = new();
    private readonly MountedSecret secret = new();
    private readonly StrictProvider provider = new();
    private TestSidecar sidecar = null!;

    public async ValueTask DisposeAsync()
    {
        await sidecar.DisposeAsync();
        secret.Dispose();
    }

    [Fact]
    public async Task During_100_rotations_under_load_no_request_fails_and_wrong_credentials_are_not_used()
    {
        await StartAsync(("Clik2pay:CredentialsDirectory", secret.Path));
        using var end = new CancellationTokenSource();
        var (succeeded, failures) = (0, new ConcurrentQueue<string>());
        var load = Enumerable.Range(0, 4).Select(_ => Task.Run(CallAsync)).ToList();

        var offers = 0;
        for (var round = 1; round <= 100; round++)
        {
            if (round % 10 == 0)
            {
                provider.Refused = $"wrong-{round}";
                secret.Swap("user", provider.Refused, "wrong-key");
                await WaitForOutcomeAsync("The new credentials were refused", ++offers, times: round / 10);
                Assert.Equal($"password-{round - 1}", InUse.Credentials.Password);
            }

            secret.Swap("user", $"password-{round}", $"key-{round}");
            await WaitForOutcomeAsync("The credentials were rotated", ++offers, times: round);
            Assert.Equal(($"password-{round}", $"key-{round}"), (InUse.Credentials.Password, InUse.Credentials.ApiKey));
        }

        await end.CancelAsync();
        await Task.WhenAll(load);
        var requests = succeeded + failures.Count;
        Figures.Report($"100 credential rotations under load and 10 wrong sets: {failures.Count} of {requests} requests failed");
        Figures.Report($"100 credential rotations under load and 10 wrong sets: {sidecar.TokenEndpoint.Calls} token calls");
        Assert.Empty(failures);
        Assert.Equal((1 + 100 + 10, 10, 100), (sidecar.TokenEndpoint.Calls, Refreshes("rejected"), Refreshes("success")));

        async Task CallAsync()
        {
            while (!end.IsCancellationRequested)
            {
                using var response = await sidecar.Caller.GetAsync("/open/v1/a", CancellationToken.None);
                if (response.StatusCode == HttpStatusCode.OK)
                    Interlocked.Increment(ref succeeded);
                else
                    failures.Enqueue($"{response.StatusCode} {await response.Content.ReadAsStringAsync(CancellationToken.None)}");
            }
        }
    }

    [Fact]
    public async Task Files_that_are_configured_one_by_one_are_watched_and_an_incomplete_change_is_not_tried()
    {
        await StartAsync(
            ("Clik2pay:UsernameFile", Path.Combine(secret.Path, "username")),
            ("Clik2pay:PasswordFile", Path.Combine(secret.Path, "password")),
            ("Clik2pay:ApiKeyFile", Path.Combine(secret.Path, "api-key")));

        // One file after the other, with a poll between them.
        secret.Write("password", "password-1\n");
        time.Advance(TimeSpan.FromSeconds(1));
        secret.Write("api-key", "key-1\n");
        await WaitForOutcomeAsync("The credentials were rotated");

        Assert.Equal(2, sidecar.TokenEndpoint.Calls);
        Assert.Equal(("password-1", "key-1"), (InUse.Credentials.Password, InUse.Credentials.ApiKey));
    }

    [Fact]
    public async Task A_new_API_key_alone_needs_no_token_call()
    {
        await StartAsync(("Clik2pay:CredentialsDirectory", secret.Path));
        secret.Swap("user", "password-0", "key-1");

        await AdvanceUntilAsync(sidecar.Log.WaitForAsync("The API key alone was rotated"));
        Assert.DoesNotContain(sidecar.Log.Lines, line => line.Text.Contains("until the token endpoint accepts", StringComparison.Ordinal));
        await sidecar.Caller.GetAsync("/open/v1/a");

        Assert.Equal(1, sidecar.TokenEndpoint.Calls);
        var headers = sidecar.Upstream.Single().Headers;
        Assert.Equal(("key-1", "Bearer access_token_1"), ($"{headers["x-api-key"]}", $"{headers.Authorization}"));
    }

    [Fact]
    public async Task Invalid_credential_files_are_logged_once_without_secrets_and_change_nothing()
    {
        await StartAsync(("Clik2pay:CredentialsDirectory", secret.Path));
        secret.Swap("user", "canary\nsecond line", "key");

        var line = await AdvanceUntilAsync(sidecar.Log.WaitForAsync("has a line end"));
        Assert.Equal(1, sidecar.Metrics.Sum("clik2pay.sidecar.rotation_pending"));
        for (var i = 0; i < 5; i++)
            time.Advance(TimeSpan.FromSeconds(1));
        Assert.Contains("The credential files cannot be used", await sidecar.Admin.GetStringAsync("/status"), StringComparison.Ordinal);
        Assert.Contains("The current credentials stay in use", await sidecar.Admin.GetStringAsync("/"), StringComparison.Ordinal);
        secret.Swap("user", "password-0", "key-0");
        await AdvanceUntilAsync(sidecar.Log.WaitForAsync("contain the current credentials again"));

        Assert.Contains("\"rotationPending\": null", await sidecar.Admin.GetStringAsync("/status"), StringComparison.Ordinal);
        Assert.Contains($"{secret.Path}/password has a line end", line, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", line, StringComparison.Ordinal);
        secret.Swap("user", "password-1", "key-1");
        await WaitForOutcomeAsync("The credentials were rotated");
        Assert.Single(sidecar.Log.Lines, logged => logged.Text.Contains("has a line end", StringComparison.Ordinal));
        Assert.Equal(2, sidecar.TokenEndpoint.Calls);
    }

    [Fact]
    public async Task A_file_that_is_too_large_for_a_credential_is_not_read()
    {
        await StartAsync(("Clik2pay:CredentialsDirectory", secret.Path));
        File.Delete($"{secret.Path}/password");
        await using (var file = File.Create($"{secret.Path}/password"))
            file.SetLength(100_000_000);
        var before = GC.GetTotalAllocatedBytes();

        await AdvanceUntilAsync(sidecar.Log.WaitForAsync("The credential files cannot be used"));

        Assert.InRange(GC.GetTotalAllocatedBytes() - before, 0, 50_000_000);
    }

    [Fact]
    public async Task A_file_that_hangs_is_logged_and_blocks_neither_requests_nor_a_later_rotation_nor_the_shutdown()
    {
        await StartAsync(("Clik2pay:CredentialsDirectory", secret.Path));
        File.Delete($"{secret.Path}/password");
        using (var mkfifo = Process.Start("mkfifo", $"{secret.Path}/password"))
            await mkfifo.WaitForExitAsync(TestContext.Current.CancellationToken);

        await AdvanceUntilAsync(sidecar.Log.WaitForAsync("Check whether a mounted folder hangs"));

        Assert.Equal(HttpStatusCode.OK, (await sidecar.Caller.GetAsync("/open/v1/a")).StatusCode);
        await using (new FileStream($"{secret.Path}/password", FileMode.Open, FileAccess.Write, FileShare.ReadWrite))
            File.Delete($"{secret.Path}/password");
        secret.Write("password", "password-1");
        secret.Write("api-key", "key-1");
        await WaitForOutcomeAsync("The credentials were rotated");
        Assert.Equal(0, sidecar.Metrics.Sum("clik2pay.sidecar.rotation_pending"));
        await sidecar.StopAsync();
    }

    [Fact]
    public async Task A_request_that_gets_401_is_replayed_with_token_and_API_key_of_the_new_set()
    {
        await StartAsync(("Clik2pay:CredentialsDirectory", secret.Path));
        var (first, gate) = (new TaskCompletionSource(), new TaskCompletionSource());
        sidecar.Upstream.Respond = async context =>
        {
            if (context.Request.Headers["x-api-key"] != "key-0")
                return;

            first.TrySetResult();
            await gate.Task;
            context.Response.StatusCode = StatusCodes.Status401Unauthorized;
        };
        var call = sidecar.Caller.PostAsync("/open/v1/a", new StringContent("once"));
        await first.Task;

        secret.Swap("user", "password-1", "key-1");
        await WaitForOutcomeAsync("The credentials were rotated");
        gate.SetResult();

        Assert.Equal(HttpStatusCode.OK, (await call).StatusCode);
        Assert.Equal(
            [("key-0", "Bearer access_token_1"), ("key-1", "Bearer access_token_2")],
            sidecar.Upstream.Received.Select(request => ($"{request.Headers["x-api-key"]}", $"{request.Headers.Authorization}")));
        Assert.Equal(2, sidecar.TokenEndpoint.Calls);
    }

    private AccessToken InUse => sidecar.Services.GetRequiredService<Profiles>().All[0].Tokens.Current!;

    private int Refreshes(string outcome) => (int)sidecar.Metrics.Sum("clik2pay.sidecar.token_refreshes", outcome, "rotation");

    /// <summary>
    /// Lets time pass until the watch finds the new set. Time stops during the token call, because the call's deadline uses the same clock.
    /// </summary>
    private async Task WaitForOutcomeAsync(string text, int offers = 1, int times = 1)
    {
        await AdvanceUntilAsync(sidecar.Log.WaitForAsync("contain a new set", offers));
        await sidecar.Log.WaitForAsync(text, times);
    }

    /// <summary>Lets time pass second by second until the task has ended.</summary>
    private async Task<string> AdvanceUntilAsync(Task<string> task)
    {
        while (!task.IsCompleted)
        {
            time.Advance(TimeSpan.FromSeconds(1));

            // Reading the files takes real time.
            await Task.WhenAny(task, Task.Delay(TimeSpan.FromMilliseconds(2), SystemDefaults.Time));
        }

        return await task;
    }

    private async Task StartAsync(params (string Key, string? Value)[] settings)
    {
        secret.Swap("user", "password-0", "key-0");
        (string, string?)[] withoutValues = [("Clik2pay:Username", null), ("Clik2pay:Password", null), ("Clik2pay:ApiKey", null)];
        sidecar = await TestSidecar.StartAsync(
            [.. withoutValues, .. settings], time, endpoint => endpoint.Fault = provider.IssueTokenAsync);
        sidecar.Upstream.Respond = provider.RespondAsync;
        await sidecar.WaitForTokenAsync("access_token_1");
    }
}
