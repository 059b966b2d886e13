using System.Net;
using System.Net.Sockets;
using System.Text;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;

namespace Clik2pay.Sidecar.Tests.Administration;

/// <summary><c>POST /tokens/refresh</c>, which replaces a token that may have leaked.</summary>
public sealed class TokenRefreshTests
{
    private static readonly Uri Refresh = new("/tokens/refresh", UriKind.Relative);

    [Fact]
    public async Task A_permitted_request_replaces_a_valid_token_and_the_response_reports_success()
    {
        await using var sidecar = await StartAsync();

        var (status, text) = await PostAsync(sidecar);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal(
            "A new access token was obtained. Only this sidecar uses it, because replicas share a token only through Redis. "
            + "The provider accepts the previous token until it expires.\n",
            text);
        Assert.Equal(HttpStatusCode.OK, (await sidecar.Caller.GetAsync("/open/v1/a")).StatusCode);
        Assert.Equal("Bearer access_token_2", Assert.Single(sidecar.Upstream.Received).Headers.Authorization.ToString());
        Assert.Equal(2, sidecar.TokenEndpoint.Calls);
        Assert.Equal(1, sidecar.Metrics.Sum("clik2pay.sidecar.token_refreshes", "success", "operator"));
    }

    [Theory]
    [InlineData(503, "", "responded with 503")]
    [InlineData(400, """{"error":"invalid_client","error_description":"canary-password-7Zk"}""", "refused the username or the password")]
    [InlineData(200, """{"access_token":"bad token","token_type":"Bearer"}""", "access token")]
    public async Task If_the_token_endpoint_fails_the_response_is_503_with_the_reason_and_the_current_token_stays_in_use(
        int status, string body, string reason)
    {
        await using var sidecar = await StartAsync();
        sidecar.TokenEndpoint.Fault = FakeTokenEndpoint.Respond(status, body);

        var (responseStatus, text) = await PostAsync(sidecar);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, responseStatus);
        Assert.StartsWith("No new access token was obtained: ", text, StringComparison.Ordinal);
        Assert.Contains(reason, text, StringComparison.Ordinal);
        Assert.EndsWith(" The current token stays in use until it expires.\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
        Assert.DoesNotContain("access_token_1", text, StringComparison.Ordinal);
        await AssertTokenAsync(sidecar, "access_token_1");
    }

    [Fact]
    public async Task If_the_token_endpoint_returns_the_current_token_again_the_response_is_503()
    {
        await using var sidecar = await StartAsync(arrange: endpoint => endpoint.TokenOf = _ => "access_token_1");

        var (status, text) = await PostAsync(sidecar);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("the token endpoint returned the current token again", text, StringComparison.Ordinal);
        Assert.Equal(2, sidecar.TokenEndpoint.Calls);
    }

    [Fact]
    public async Task If_the_token_endpoint_returns_the_current_token_as_expired_the_response_is_503()
    {
        await using var sidecar = await StartAsync(arrange: endpoint => endpoint.TokenOf = _ => "access_token_1");
        sidecar.TokenEndpoint.Lifetime = 0;

        var (status, text) = await PostAsync(sidecar);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        Assert.Contains("the token endpoint returned the current token again", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task If_Redis_cannot_be_used_this_replica_uses_the_new_token_and_the_response_reports_the_problem()
    {
        using var closed = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        closed.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        await using var sidecar = await StartAsync([("Redis:ConnectionString", $"{closed.LocalEndPoint}")]);

        var (status, text) = await PostAsync(sidecar);

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.StartsWith("A new access token was obtained. Redis cannot be used", text, StringComparison.Ordinal);
        await AssertTokenAsync(sidecar, "access_token_2");
    }

    [Theory]
    [InlineData("POST", "localhost", null, "false", HttpStatusCode.Forbidden, "Sidecar:AllowQuit=true")]
    [InlineData("GET", "localhost", null, "true", HttpStatusCode.MethodNotAllowed, "POST")]
    [InlineData("HEAD", "localhost", null, "true", HttpStatusCode.MethodNotAllowed, "")]
    [InlineData("POST", "localhost", "http://attacker.example", "true", HttpStatusCode.Forbidden, "Origin")]
    [InlineData("POST", "attacker.example", null, "true", HttpStatusCode.Forbidden, "Host")]
    public async Task A_request_that_is_not_permitted_is_refused_and_makes_no_token_call(
        string method, string host, string? origin, string allowQuit, HttpStatusCode status, string reason)
    {
        await using var sidecar = await StartAsync([("Sidecar:AllowQuit", allowQuit), ("Sidecar:Admin", "http://*:0")]);
        var address = new Uri($"http://127.0.0.1:{sidecar.Admin.BaseAddress!.Port}/tokens/refresh");
        using var request = new HttpRequestMessage(new(method), address);
        request.Headers.Host = host;
        if (origin is not null)
            request.Headers.Add("Origin", origin);

        var response = await sidecar.Admin.SendAsync(request);

        Assert.Equal(status, response.StatusCode);
        Assert.Contains(reason, await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(status == HttpStatusCode.MethodNotAllowed ? ["POST"] : [], response.Content.Headers.Allow);
        await AssertNoRefreshAsync(sidecar);
    }

    [Fact]
    public async Task A_form_that_a_web_page_submits_is_refused_and_makes_no_token_call()
    {
        await using var sidecar = await StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Post, Refresh)
        {
            Headers = { { "Sec-Fetch-Site", "cross-site" }, { "Sec-Fetch-Mode", "navigate" } },
        };

        Assert.Equal(HttpStatusCode.Forbidden, (await sidecar.Admin.SendAsync(request)).StatusCode);
        await AssertNoRefreshAsync(sidecar);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("127.0.0.6")] // the source address of a service mesh's proxy, for connections from outside
    public async Task A_request_to_an_address_other_than_loopback_is_refused_and_makes_no_token_call(string? source)
    {
        var addresses = await Dns.GetHostAddressesAsync(Dns.GetHostName(), AddressFamily.InterNetwork);
        var own = addresses.FirstOrDefault(address => !IPAddress.IsLoopback(address));
        Assert.SkipWhen(own is null, "This machine has no address other than loopback.");
        await using var sidecar = await StartAsync([("Sidecar:Admin", "http://0.0.0.0:0")]);
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        if (source is not null)
            socket.Bind(new IPEndPoint(IPAddress.Parse(source), 0));
        await socket.ConnectAsync(own!, sidecar.Admin.BaseAddress!.Port);
        await using var connection = new NetworkStream(socket);
        const string request = "POST /tokens/refresh HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        await connection.WriteAsync(Encoding.ASCII.GetBytes(request));
        using var reader = new StreamReader(connection);

        var response = await reader.ReadToEndAsync();

        Assert.StartsWith("HTTP/1.1 403", response, StringComparison.Ordinal);
        Assert.Contains("loopback", response, StringComparison.Ordinal);
        await AssertNoRefreshAsync(sidecar);
    }

    [Fact]
    public async Task A_request_to_the_listener_for_callers_gets_404_and_makes_no_token_call()
    {
        await using var sidecar = await StartAsync();

        Assert.Equal(HttpStatusCode.NotFound, (await sidecar.Caller.PostAsync(Refresh, content: null)).StatusCode);
        await AssertNoRefreshAsync(sidecar);
    }

    [Fact]
    public async Task If_the_operator_disconnects_the_refresh_continues()
    {
        await using var sidecar = await StartAsync();
        var gate = CloseGate(sidecar, out var called);
        using var disconnect = new CancellationTokenSource();
        var request = sidecar.Admin.PostAsync(Refresh, content: null, disconnect.Token);
        await called.WaitAsync(TestContext.Current.CancellationToken);

        await disconnect.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);
        gate.SetResult();

        await sidecar.WaitForTokenAsync("access_token_2");
    }

    [Fact]
    public async Task If_the_sidecar_stops_the_response_is_503_at_once()
    {
        await using var sidecar = await StartAsync();
        var gate = CloseGate(sidecar, out var called);
        var request = PostAsync(sidecar);
        await called.WaitAsync(TestContext.Current.CancellationToken);

        var stop = sidecar.StopAsync();

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "The sidecar is stopping. Send the command to another replica.\n"), await request);
        gate.SetResult();
        await stop;
    }

    private static async Task<TestSidecar> StartAsync(
        IEnumerable<(string Key, string? Value)>? settings = null, Action<FakeTokenEndpoint>? arrange = null)
    {
        var sidecar = await TestSidecar.StartAsync([("Sidecar:AllowQuit", "true"), .. settings ?? []], arrange: arrange);
        await sidecar.WaitForTokenAsync("access_token_1");
        return sidecar;
    }

    private static TaskCompletionSource CloseGate(TestSidecar sidecar, out Task called)
    {
        var (gate, signal) = (new TaskCompletionSource(), new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        (sidecar.TokenEndpoint.Gate, sidecar.TokenEndpoint.Called) = (gate.Task, () => signal.TrySetResult());
        called = signal.Task;
        return gate;
    }

    private static async Task<(HttpStatusCode Status, string Text)> PostAsync(TestSidecar sidecar)
    {
        var response = await sidecar.Admin.PostAsync(Refresh, content: null);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static async Task AssertTokenAsync(TestSidecar sidecar, string token)
    {
        Assert.Equal(HttpStatusCode.OK, (await sidecar.Caller.GetAsync("/open/v1/a")).StatusCode);
        Assert.Equal($"Bearer {token}", sidecar.Upstream.Received.Last().Headers.Authorization.ToString());
    }

    private static async Task AssertNoRefreshAsync(TestSidecar sidecar)
    {
        await AssertTokenAsync(sidecar, "access_token_1");
        Assert.Equal(1, sidecar.TokenEndpoint.Calls);
    }
}
