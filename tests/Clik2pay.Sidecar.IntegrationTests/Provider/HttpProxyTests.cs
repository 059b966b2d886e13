using Clik2pay.Sidecar.IntegrationTests.Support.Network;
using Clik2pay.Sidecar.Tests.Support.Tokens;

namespace Clik2pay.Sidecar.IntegrationTests.Provider;

/// <summary>
/// The environment variables that configure an HTTP proxy. A process reads them once, so each test starts the program.
/// </summary>
public sealed class HttpProxyTests
{
    [Lesson("the proxy offers Negotiate or NTLM beside Basic: dotnet/runtime#86322, corefx#31005")]
    [Theory]
    [InlineData("Basic realm=\"p\"")]
    [InlineData("Negotiate", "Basic realm=\"p\"")]
    [InlineData("NTLM", "Basic realm=\"p\"")]
    [InlineData("Negotiate", "NTLM", "Basic realm=\"p\"")]
    public async Task Credentials_in_HTTPS_PROXY_are_accepted_if_the_proxy_offers_Basic_among_others(params string[] challenges)
    {
        using var certificates = new TestCertificates("provider.example", isForLoopback: false);
        await using var upstream = new ScriptedUpstream(RespondAsync, certificates);
        await using var proxy = new ConnectProxy(upstream.Port, "user:p@ss:%", challenges);
        var environment = await EnvironmentAsync(
            ("Clik2pay:ApiBaseUrl", "https://provider.example"),
            ("Clik2pay:TokenEndpoint", "https://provider.example/oauth2/token"),
            ("Clik2pay:CaFile", certificates.AuthorityFile),
            ("HTTPS_PROXY", $"http://user:p%40ss:%25@127.0.0.1:{proxy.Port}"));
        await using var program = SidecarProcess.Start(environment, "run");

        Assert.Equal((200, "done"), await PostAsync(program));
        Assert.Equal(0, (await SidecarProcess.RunAsync(environment, "check")).ExitCode);
        Assert.All(proxy.Accepted, line => Assert.Equal("CONNECT provider.example:443 HTTP/1.1", line));
    }

    [Theory]
    [InlineData("Basic realm=\"p\"")]
    [InlineData("Negotiate")]
    [InlineData("NTLM", "Basic realm=\"p\"")]
    public async Task Wrong_credentials_are_reported_as_407_and_nothing_is_sent(params string[] challenges)
    {
        using var certificates = new TestCertificates("provider.example", isForLoopback: false);
        await using var upstream = new ScriptedUpstream(RespondAsync, certificates);
        await using var proxy = new ConnectProxy(upstream.Port, "user:right", challenges);
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        var environment = await EnvironmentAsync(
            ("Clik2pay:ApiBaseUrl", "https://provider.example"),
            ("Clik2pay:TokenEndpoint", tokenEndpoint.Address.AbsoluteUri),
            ("Clik2pay:CaFile", certificates.AuthorityFile),
            ("HTTPS_PROXY", $"http://user:wrong@127.0.0.1:{proxy.Port}"));
        await using var program = SidecarProcess.Start(environment, "run");

        var (status, problem) = await PostAsync(program);

        Assert.Equal(502, status);
        Assert.Contains($"through the proxy http://127.0.0.1:{proxy.Port}: the proxy responded 407", problem, StringComparison.Ordinal);
        Assert.Contains("\"sent\":\"no\"", problem, StringComparison.Ordinal);
        Assert.DoesNotContain("wrong", problem + program.Text(), StringComparison.Ordinal);
        Assert.Empty(proxy.Accepted);
    }

    /// <summary>
    /// Over plain http, the proxy gets the request itself: first without the proxy's credentials, and then again with them.
    /// </summary>
    [Theory]
    [InlineData("right", 200, "done", 1)]
    [InlineData("wrong", 502, "the proxy responded 407", 0)]
    public async Task Over_plain_http_the_proxy_gets_a_request_again_after_its_407_and_forwards_it_once(
        string password, int status, string expected, int forwarded)
    {
        await using var proxy = new ConnectProxy(upstreamPort: 1, "user:right", ["Basic realm=\"p\""]);
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        var environment = await EnvironmentAsync(
            ("Clik2pay:ApiBaseUrl", "http://provider.example"),
            ("Clik2pay:AllowInsecureUpstream", "true"),
            ("Clik2pay:TokenEndpoint", tokenEndpoint.Address.AbsoluteUri),
            ("HTTP_PROXY", $"http://user:{password}@127.0.0.1:{proxy.Port}"));
        await using var program = SidecarProcess.Start(environment, "run");

        var response = await PostAsync(program);

        Assert.Equal(status, response.Status);
        Assert.Contains(expected, response.Text, StringComparison.Ordinal);
        Assert.Equal(forwarded, proxy.Accepted.Count);

        // The check sends no request, so it does not detect wrong credentials.
        var (_, output) = await SidecarProcess.RunAsync(environment, "check");
        Assert.Contains($"connected to the proxy http://127.0.0.1:{proxy.Port} only", output, StringComparison.Ordinal);
    }

    /// <summary>docs/reference/configuration.md documents these rules of NO_PROXY.</summary>
    [Theory]
    [InlineData("api.provider.example", true)]
    [InlineData("other.example, API.provider.example", true)]
    [InlineData(".provider.example", true)]
    [InlineData(".api.provider.example", true)]
    [InlineData("provider.example", false)]
    [InlineData("*.provider.example", false)]
    [InlineData("api.provider.example:443", false)]
    [InlineData("10.0.0.0/8", false)]
    public async Task NO_PROXY_lists_exact_names_and_domains_that_begin_with_a_dot(string value, bool isDirect)
    {
        await using var proxy = new ConnectProxy(upstreamPort: 1, "user:right", ["Basic realm=\"p\""]);
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        var environment = await EnvironmentAsync(
            ("Clik2pay:ApiBaseUrl", "http://api.provider.example"),
            ("Clik2pay:AllowInsecureUpstream", "true"),
            ("Clik2pay:TokenEndpoint", tokenEndpoint.Address.AbsoluteUri),
            ("HTTP_PROXY", $"http://user:right@127.0.0.1:{proxy.Port}"),
            ("NO_PROXY", value));
        await using var program = SidecarProcess.Start(environment, "run");

        // Without the proxy, the name does not resolve.
        Assert.Equal(isDirect ? 502 : 200, (await PostAsync(program)).Status);
        Assert.Equal(isDirect ? 0 : 1, proxy.Accepted.Count);
    }

    private static async Task<Dictionary<string, string>> EnvironmentAsync(params IEnumerable<(string Key, string Value)> settings)
    {
        await using var unused = await FakeTokenEndpoint.StartAsync();
        var environment = SidecarProcess.Environment("http://127.0.0.1", unused);
        foreach (var name in (string[])["HTTPS_PROXY", "HTTP_PROXY", "ALL_PROXY", "NO_PROXY"])
            environment[name] = environment[name.ToLowerInvariant()] = "";
        foreach (var (key, value) in settings)
            environment[key.Replace(":", "__", StringComparison.Ordinal)] = value;

        // If both are set, the variable in lower case is used.
        foreach (var name in (string[])["HTTPS_PROXY", "HTTP_PROXY", "NO_PROXY"])
            environment[name.ToLowerInvariant()] = environment[name];
        return environment;
    }

    private static async Task<(int Status, string Text)> PostAsync(SidecarProcess program)
    {
        using var caller = await program.WaitForCallerAsync();
        using var response = await caller.PostAsync("/open/v1/a", new StringContent("{}"), TestContext.Current.CancellationToken);
        return ((int)response.StatusCode, await response.Content.ReadAsStringAsync());
    }

    private static async Task RespondAsync(ScriptedUpstream.Connection connection)
    {
        while (await connection.ReadRequestAsync() is { } request)
        {
            var body = request.Target.EndsWith("/token", StringComparison.Ordinal)
                ? """{"access_token":"a","expires_in":3600,"token_type":"Bearer"}"""
                : "done";
            await connection.WriteAsync($"HTTP/1.1 200 OK\r\nContent-Length: {body.Length}\r\n\r\n{body}");
        }
    }
}
