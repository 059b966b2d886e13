using System.Net;
using System.Net.Sockets;
using Clik2pay.Sidecar.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Clik2pay.Sidecar.Tests.Administration;

/// <summary><c>POST /quitquitquit</c>, which stops a sidecar that receives no signal.</summary>
[Lesson("the sidecar never ended, so the Job hung: GoogleCloudPlatform/cloud-sql-proxy#128, #1592")]
public sealed class QuitTests
{
    private static readonly Uri Quit = new("/quitquitquit", UriKind.Relative);

    [Fact]
    public async Task The_sidecar_stops_if_AllowQuit_is_set()
    {
        await using var sidecar = await TestSidecar.StartAsync([("Sidecar:AllowQuit", "true")]);

        var response = await sidecar.Admin.PostAsync(Quit, content: null);

        Assert.Equal((HttpStatusCode.OK, "The sidecar is stopping.\n"), (response.StatusCode, await response.Content.ReadAsStringAsync()));
        await WaitForStopAsync(sidecar);
    }

    [Theory]
    [InlineData("POST", "localhost", null, "false", HttpStatusCode.Forbidden, "Sidecar:AllowQuit")]
    [InlineData("GET", "localhost", null, "true", HttpStatusCode.MethodNotAllowed, "POST")]
    [InlineData("HEAD", "localhost", null, "true", HttpStatusCode.MethodNotAllowed, "")]
    [InlineData("POST", "localhost", "http://attacker.example", "true", HttpStatusCode.Forbidden, "other web pages")]
    [InlineData("POST", "attacker.example", null, "true", HttpStatusCode.Forbidden, "Host")]
    public async Task A_request_that_is_not_permitted_is_refused_with_the_reason(
        string method, string host, string? origin, string allowQuit, HttpStatusCode status, string reason)
    {
        // On a listener for other machines, every Host is accepted for probes, but not for commands.
        await using var sidecar = await TestSidecar.StartAsync([("Sidecar:AllowQuit", allowQuit), ("Sidecar:Admin", "http://*:0")]);
        var address = new Uri($"http://127.0.0.1:{sidecar.Admin.BaseAddress!.Port}/quitquitquit");
        using var request = new HttpRequestMessage(new(method), address);
        request.Headers.Host = host;
        if (origin is not null)
            request.Headers.Add("Origin", origin);

        var response = await sidecar.Admin.SendAsync(request);

        Assert.Equal(status, response.StatusCode);
        Assert.Contains(reason, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(status == HttpStatusCode.MethodNotAllowed ? ["POST"] : [], response.Content.Headers.Allow);
        Assert.False(IsStopping(sidecar));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("127.0.0.6")] // the source address of a service mesh's proxy, for connections from outside
    public async Task A_request_to_an_address_other_than_loopback_is_refused(string? source)
    {
        var addresses = await Dns.GetHostAddressesAsync(Dns.GetHostName(), AddressFamily.InterNetwork);
        var own = addresses.FirstOrDefault(address => !IPAddress.IsLoopback(address));
        Assert.SkipWhen(own is null, "This machine has no address other than loopback.");
        await using var sidecar = await TestSidecar.StartAsync([("Sidecar:AllowQuit", "true"), ("Sidecar:Admin", "http://0.0.0.0:0")]);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (source is not null)
            socket.Bind(new IPEndPoint(IPAddress.Parse(source), 0));
        await socket.ConnectAsync(own!, sidecar.Admin.BaseAddress!.Port);
        await using var connection = new NetworkStream(socket);
        await connection.WriteAsync(
            "POST /quitquitquit HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(connection);
        var response = await reader.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 403", response, StringComparison.Ordinal);
        Assert.Contains("loopback", response, StringComparison.Ordinal);
        Assert.False(IsStopping(sidecar));
    }

    [Fact]
    public async Task A_form_that_a_web_page_submits_is_refused()
    {
        await using var sidecar = await TestSidecar.StartAsync([("Sidecar:AllowQuit", "true")]);
        using var request = new HttpRequestMessage(HttpMethod.Post, Quit)
        {
            Headers = { { "Sec-Fetch-Site", "cross-site" }, { "Sec-Fetch-Mode", "navigate" } },
        };

        Assert.Equal(HttpStatusCode.Forbidden, (await sidecar.Admin.SendAsync(request)).StatusCode);
        Assert.False(IsStopping(sidecar));
    }

    [Fact]
    public async Task A_request_to_the_listener_for_callers_gets_404()
    {
        await using var sidecar = await TestSidecar.StartAsync([("Sidecar:AllowQuit", "true")]);

        Assert.Equal(HttpStatusCode.NotFound, (await sidecar.Caller.PostAsync(Quit, content: null)).StatusCode);
        Assert.False(IsStopping(sidecar));
    }

    private static IHostApplicationLifetime LifetimeOf(TestSidecar sidecar) =>
        sidecar.Services.GetRequiredService<IHostApplicationLifetime>();

    private static bool IsStopping(TestSidecar sidecar) => LifetimeOf(sidecar).ApplicationStopping.IsCancellationRequested;

    /// <summary>Waits for the shutdown, which begins after the response has been sent.</summary>
    private static async Task WaitForStopAsync(TestSidecar sidecar)
    {
        var stopping = new TaskCompletionSource();
        await using var registration = LifetimeOf(sidecar).ApplicationStopping.Register(stopping.SetResult);
        await stopping.Task.WaitAsync(TestContext.Current.CancellationToken);
    }
}
