using System.Net;
using System.Net.Sockets;
using System.Runtime.Versioning;
using Clik2pay.Sidecar.Hosting.Listeners;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Hosting.Listeners;

[UnsupportedOSPlatform("windows")]
public sealed class UnixSocketTests : IDisposable
{
    private const UnixFileMode OwnerAndGroup =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite;

    private readonly TemporaryFolder folder = new();

    private string Path => System.IO.Path.Combine(folder.FullName, "sidecar.sock");

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task A_request_through_the_socket_is_forwarded()
    {
        await using var sidecar = await StartAsync();
        using var caller = sidecar.NewCaller(CallerListener.DefaultName);

        using var content = new StringContent("{}");
        var response = await caller.PostAsync("http://localhost/open/v1/payment-requests?a=%2F", content);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var received = sidecar.Upstream.Single();
        Assert.Equal("/open/v1/payment-requests?a=%2F", received.Target);
        Assert.Equal("Bearer access_token_1", received.Headers.Authorization.ToString());
    }

    [Fact]
    public async Task The_guard_validates_requests_through_the_socket()
    {
        await using var sidecar = await StartAsync();
        using var caller = sidecar.NewCaller(CallerListener.DefaultName);

        var response = await caller.GetAsync("http://attacker.example/open/v1/a");

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal("caller_refused", Assert.Single(response.Headers.GetValues("Clik2pay-Sidecar-Error")));
        Assert.Empty(sidecar.Upstream.Received);
    }

    [Theory]
    [InlineData(null, OwnerAndGroup)]
    [InlineData("0600", UnixFileMode.UserRead | UnixFileMode.UserWrite)]
    [InlineData("666", OwnerAndGroup | UnixFileMode.OtherRead | UnixFileMode.OtherWrite)]
    public async Task The_socket_file_has_the_configured_mode(string? mode, UnixFileMode expected)
    {
        await using var sidecar = await StartAsync(mode);

        Assert.Equal(expected, File.GetUnixFileMode(Path));
    }

    [Fact]
    public async Task The_socket_file_is_deleted_at_shutdown()
    {
        await using (await StartAsync())
            Assert.True(File.Exists(Path));

        Assert.False(File.Exists(Path));
    }

    [Fact]
    public async Task The_socket_file_of_a_killed_process_is_replaced()
    {
        LeaveSocketBehind();

        await using var sidecar = await StartAsync();
        using var caller = sidecar.NewCaller(CallerListener.DefaultName);

        Assert.Equal(HttpStatusCode.OK, (await caller.GetAsync("http://localhost/open/v1/a")).StatusCode);
    }

    [Fact]
    public async Task A_socket_on_which_another_sidecar_listens_is_kept()
    {
        await using var first = await StartAsync();

        await Assert.ThrowsAnyAsync<IOException>(() => StartAsync());

        using var caller = first.NewCaller(CallerListener.DefaultName);
        Assert.Equal(HttpStatusCode.OK, (await caller.GetAsync("http://localhost/open/v1/a")).StatusCode);
    }

    [Fact]
    public async Task A_file_that_is_not_a_socket_is_kept()
    {
        File.WriteAllText(Path, "content");

        await Assert.ThrowsAnyAsync<SocketException>(() => StartAsync());

        Assert.Equal("content", File.ReadAllText(Path));
    }

    [Fact]
    public async Task The_log_names_the_socket_and_the_error_names_a_file_that_is_not_a_socket()
    {
        await using var upstream = await RecordingUpstream.StartAsync();
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        var environment = SidecarProcess.Environment(upstream, tokenEndpoint, ("Sidecar:Listen", $"http://unix:{Path}"));

        await using (var running = SidecarProcess.Start(environment, "run"))
            Assert.Contains(Path, await running.WaitForLineAsync("Callers are served on"), StringComparison.Ordinal);

        // The process was killed, so its file still exists.
        File.Delete(Path);
        File.WriteAllText(Path, "content");
        var (exitCode, output) = await SidecarProcess.RunAsync(environment, "run");

        Assert.NotEqual(0, exitCode);
        Assert.Contains($"the file {Path} is not a socket", output, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", output, StringComparison.Ordinal);
    }

    private Task<TestSidecar> StartAsync(string? mode = null) =>
        TestSidecar.StartAsync([("Sidecar:Listen", $"http://unix:{Path}"), ("Sidecar:SocketMode", mode)]);

    /// <summary>Creates a socket file on which no process listens, as a killed process leaves it.</summary>
    private void LeaveSocketBehind()
    {
        using var elsewhere = new TemporaryFolder();
        var other = System.IO.Path.Combine(elsewhere.FullName, "s");
        using (var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified))
        {
            socket.Bind(new UnixDomainSocketEndPoint(other));
            socket.Listen();

            // Closing the socket deletes the file under the name that it was bound to.
            File.Move(other, Path);
        }

        Assert.True(File.Exists(Path));
    }
}
