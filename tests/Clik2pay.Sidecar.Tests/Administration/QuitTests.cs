using System.Net;
using System.Net.Sockets;
using Clik2pay.Sidecar.Tests.Support;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Clik2pay.Sidecar.Tests.Administration;

/// <summary>Ending the sidecar from beside it, where there is nobody to send a signal: <c>POST /quitquitquit</c>.</summary>
[Lesson("the sidecar never ended, so the Job hung: GoogleCloudPlatform/cloud-sql-proxy#128, #1592")]
public sealed class QuitTests
{
    private static readonly Uri Quit = new("/quitquitquit", UriKind.Relative);

    [Fact]
    public async Task It_ends_the_sidecar_where_that_is_allowed()
    {
        await using var sidecar = await TestSidecar.StartAsync([("Sidecar:AllowQuit", "true")]);

        var answer = await sidecar.Admin.PostAsync(Quit, content: null);

        Assert.Equal((HttpStatusCode.OK, "The sidecar is stopping.\n"), (answer.StatusCode, await answer.Content.ReadAsStringAsync()));
        await StoppingAsync(sidecar);
    }

    [Theory]
    [InlineData("POST", "localhost", null, "false", HttpStatusCode.Forbidden, "Sidecar:AllowQuit")]
    [InlineData("GET", "localhost", null, "true", HttpStatusCode.MethodNotAllowed, "POST")]
    [InlineData("HEAD", "localhost", null, "true", HttpStatusCode.MethodNotAllowed, "")]
    [InlineData("POST", "localhost", "http://attacker.example", "true", HttpStatusCode.Forbidden, "browser")]
    [InlineData("POST", "attacker.example", null, "true", HttpStatusCode.Forbidden, "Host")]
    public async Task Nobody_else_ends_it_and_the_answer_says_why(string method, string host, string? origin, string allowQuit, HttpStatusCode status, string says)
    {
        // On every address, as in a pod: there any Host may ask for probes, but not for the end.
        await using var sidecar = await TestSidecar.StartAsync([("Sidecar:AllowQuit", allowQuit), ("Sidecar:Admin", "http://*:0")]);
        using var request = new HttpRequestMessage(new(method), new Uri($"http://127.0.0.1:{sidecar.Admin.BaseAddress!.Port}/quitquitquit"));
        request.Headers.Host = host;
        if (origin is not null)
            request.Headers.Add("Origin", origin);

        var answer = await sidecar.Admin.SendAsync(request);

        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(says, await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(status == HttpStatusCode.MethodNotAllowed ? ["POST"] : [], answer.Content.Headers.Allow);
        Assert.False(IsStopping(sidecar));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("127.0.0.6")] // where a mesh's proxy comes from with what it was sent from outside
    public async Task To_another_address_than_loopback_it_is_refused(string? source)
    {
        var own = (await Dns.GetHostAddressesAsync(Dns.GetHostName(), AddressFamily.InterNetwork)).FirstOrDefault(address => !IPAddress.IsLoopback(address));
        Assert.SkipWhen(own is null, "This machine has no address but loopback.");
        await using var sidecar = await TestSidecar.StartAsync([("Sidecar:AllowQuit", "true"), ("Sidecar:Admin", "http://0.0.0.0:0")]);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (source is not null)
            socket.Bind(new IPEndPoint(IPAddress.Parse(source), 0));
        await socket.ConnectAsync(own!, sidecar.Admin.BaseAddress!.Port);
        await using var connection = new NetworkStream(socket);
        await connection.WriteAsync("POST /quitquitquit HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
        using var reader = new StreamReader(connection);
        var answer = await reader.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 403", answer, StringComparison.Ordinal);
        Assert.Contains("loopback", answer, StringComparison.Ordinal);
        Assert.False(IsStopping(sidecar));
    }

    [Fact]
    public async Task A_web_page_cannot_have_the_browser_ask_for_it_by_a_form()
    {
        await using var sidecar = await TestSidecar.StartAsync([("Sidecar:AllowQuit", "true")]);
        using var request = new HttpRequestMessage(HttpMethod.Post, Quit) { Headers = { { "Sec-Fetch-Site", "cross-site" }, { "Sec-Fetch-Mode", "navigate" } } };

        Assert.Equal(HttpStatusCode.Forbidden, (await sidecar.Admin.SendAsync(request)).StatusCode);
        Assert.False(IsStopping(sidecar));
    }

    [Fact]
    public async Task Callers_cannot_ask_for_it()
    {
        await using var sidecar = await TestSidecar.StartAsync([("Sidecar:AllowQuit", "true")]);

        Assert.Equal(HttpStatusCode.NotFound, (await sidecar.Caller.PostAsync(Quit, content: null)).StatusCode);
        Assert.False(IsStopping(sidecar));
    }

    private static bool IsStopping(TestSidecar sidecar) => sidecar.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.IsCancellationRequested;

    /// <summary>The answer goes out before the end begins.</summary>
    private static async Task StoppingAsync(TestSidecar sidecar)
    {
        var stopping = new TaskCompletionSource();
        await using var registration = sidecar.Services.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping.Register(stopping.SetResult);
        await stopping.Task.WaitAsync(TestContext.Current.CancellationToken);
    }
}
