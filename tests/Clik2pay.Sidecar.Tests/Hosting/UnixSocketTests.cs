using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Hosting;

[UnsupportedOSPlatform("windows")]
public sealed class UnixSocketTests : IDisposable
{
    private const UnixFileMode OwnerAndGroup = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private readonly TemporaryFolder folder = new();

    private string Path => System.IO.Path.Combine(folder.FullName, "sidecar.sock");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_call_through_the_socket_is_forwarded_like_any_other()
    {
        await using var sidecar = await StartAsync();
        using var caller = NewCaller();

        using var content = new StringContent("{}");
        var answer = await caller.PostAsync("http://localhost/open/v1/payment-requests?a=%2F", content);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var received = sidecar.Upstream.Single();
        Assert.Equal("/open/v1/payment-requests?a=%2F", received.Target);
        Assert.Equal("Bearer access_token_1", received.Headers.Authorization.ToString());
    }

    [Fact]
    public async Task The_guard_stands_before_it_too()
    {
        await using var sidecar = await StartAsync();
        using var caller = NewCaller();

        var answer = await caller.GetAsync("http://attacker.example/open/v1/a");

        Assert.Equal((HttpStatusCode.Forbidden, "caller_refused"), (answer.StatusCode, Assert.Single(answer.Headers.GetValues("Clik2pay-Sidecar-Error"))));
        Assert.Empty(sidecar.Upstream.Received);
    }

    [Theory]
    [InlineData(null, OwnerAndGroup)]
    [InlineData("0600", UnixFileMode.UserRead | UnixFileMode.UserWrite)]
    [InlineData("666", OwnerAndGroup | UnixFileMode.OtherRead | UnixFileMode.OtherWrite)]
    public async Task Its_file_has_the_mode_that_the_settings_say(string? mode, UnixFileMode expected)
    {
        await using var sidecar = await StartAsync(mode);

        Assert.Equal(expected, File.GetUnixFileMode(Path));
    }

    [Fact]
    public async Task Its_file_goes_with_the_process()
    {
        await using (await StartAsync())
            Assert.True(File.Exists(Path));

        Assert.False(File.Exists(Path));
    }

    [Fact]
    public async Task The_file_of_a_process_that_was_killed_does_not_stop_the_next()
    {
        LeaveSocketBehind();

        await using var sidecar = await StartAsync();
        using var caller = NewCaller();

        Assert.Equal(HttpStatusCode.OK, (await caller.GetAsync("http://localhost/open/v1/a")).StatusCode);
    }

    [Fact]
    public async Task A_socket_on_which_another_listens_is_not_taken_away()
    {
        await using var first = await StartAsync();

        await Assert.ThrowsAnyAsync<IOException>(() => StartAsync());

        using var caller = NewCaller();
        Assert.Equal(HttpStatusCode.OK, (await caller.GetAsync("http://localhost/open/v1/a")).StatusCode);
    }

    [Fact]
    public async Task A_file_that_is_no_socket_is_not_deleted()
    {
        File.WriteAllText(Path, "somebody's");

        await Assert.ThrowsAnyAsync<SocketException>(() => StartAsync());

        Assert.Equal("somebody's", File.ReadAllText(Path));
    }

    [Fact]
    public async Task The_program_says_where_it_listens_and_what_is_wrong_with_the_file()
    {
        await using var upstream = await RecordingUpstream.StartAsync();
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        var environment = SidecarProcess.Environment(upstream, tokenEndpoint, ("Sidecar:Listen", $"http://unix:{Path}"));

        await using (var running = SidecarProcess.Start(environment, "run"))
            Assert.Contains(Path, await running.WaitForLineAsync("Callers are served on"), StringComparison.Ordinal);

        // It was killed, and its file has stayed. In its place is now another.
        File.Delete(Path);
        File.WriteAllText(Path, "somebody's");
        var (exitCode, output) = await SidecarProcess.RunAsync(environment, "run");

        Assert.NotEqual(0, exitCode);
        Assert.Contains($"no socket lies at {Path}", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    private Task<TestSidecar> StartAsync(string? mode = null) =>
        TestSidecar.StartAsync([("Sidecar:Listen", $"http://unix:{Path}"), .. mode is null ? [] : new[] { ("Sidecar:SocketMode", (string?)mode) }]);

    /// <summary>As a process does that is killed: the file stays, nobody listens.</summary>
    private void LeaveSocketBehind()
    {
        using var elsewhere = new TemporaryFolder();
        var other = System.IO.Path.Combine(elsewhere.FullName, "s");
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(other));
            socket.Listen();

            // Closing a socket deletes the file that it was bound to, by its old name.
            File.Move(other, Path);
        }

        Assert.True(File.Exists(Path));
    }

    private HttpClient NewCaller() => new(new SocketsHttpHandler
    {
        UseProxy = false,
        ConnectCallback = async (_, cancellationToken) =>
        {
            var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(Path), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        },
    });
}
