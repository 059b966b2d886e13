using System.Net;
using System.Net.Sockets;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Microsoft.Extensions.Configuration;

namespace Clik2pay.Sidecar.Tests.Hosting.Listeners;

/// <summary>Several listeners for callers, beside the one of Sidecar:Listen.</summary>
public sealed class CallerListenerTests
{
    private const string Request = "GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\n\r\n";
    private const string Shop = "Sidecar:Listeners:shop:Address";

    [Fact]
    public async Task Requests_to_each_listener_are_served_and_the_last_address_is_for_administration()
    {
        using var folder = new TemporaryFolder();
        var socket = Path.Combine(folder.FullName, "agent.sock");
        await using var sidecar = await TestSidecar.StartAsync(
        [
            ("Sidecar:Listeners:Shop:Address", "http://127.0.0.1:0"),
            ("Sidecar:Listeners:agent:Address", $"http://unix:{socket}"),
            ("Sidecar:SocketMode", "0600"),
        ]);

        foreach (var listener in (string[])["default", "agent", "shop"])
        {
            using var caller = sidecar.NewCaller(listener);
            Assert.Equal(HttpStatusCode.OK, (await caller.GetAsync($"/open/v1/{listener}")).StatusCode);
        }

        Assert.Equal(
            ["/open/v1/default", "/open/v1/agent", "/open/v1/shop"], sidecar.Upstream.Received.Select(received => received.Target));
        Assert.NotEqual(sidecar.Address, sidecar.AddressOf("shop"));
        Assert.Equal(HttpStatusCode.OK, (await sidecar.Admin.GetAsync("/readyz")).StatusCode);
        if (!OperatingSystem.IsWindows())
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(socket));
    }

    [Fact]
    public async Task The_guard_validates_requests_to_a_further_listener()
    {
        await using var sidecar = await TestSidecar.StartAsync(
            [(Shop, "http://127.0.0.1:0"), ("Sidecar:CallerToken", "canary-caller-token")]);
        using var caller = sidecar.NewCaller("shop");

        var response = await caller.GetAsync("/open/v1/a");

        Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        Assert.Equal("caller_refused", Assert.Single(response.Headers.GetValues("Clik2pay-Sidecar-Error")));
        Assert.Empty(sidecar.Upstream.Received);
    }

    [Fact]
    public async Task A_further_listener_does_not_serve_administration()
    {
        await using var sidecar = await TestSidecar.StartAsync([(Shop, "http://127.0.0.1:0")]);
        using var caller = sidecar.NewCaller("shop");

        Assert.Equal(HttpStatusCode.NotFound, (await caller.GetAsync("/readyz")).StatusCode);
    }

    [Theory]
    [InlineData("default", "shop", Shop)]
    [InlineData("shop", "default", "Sidecar:Listen")]
    public async Task Open_connections_to_one_listener_count_on_the_other_and_not_for_administration(
        string first, string second, string setting)
    {
        await using var sidecar = await TestSidecar.StartAsync([(Shop, "http://127.0.0.1:0"), ("Sidecar:MaxConnections", "1")]);
        await using var open = await RawConnection.OpenAsync(sidecar.AddressOf(first));
        await AssertServedAsync(open);

        for (var i = 0; i < 2; i++)
        {
            await using var refused = await RawConnection.OpenAsync(sidecar.AddressOf(second));
            Assert.Equal("", await refused.ReadToEndAsync());
        }

        await AssertServedAsync(open);
        Assert.Equal(HttpStatusCode.OK, (await sidecar.Admin.GetAsync("/readyz")).StatusCode);
        Assert.Single(sidecar.Log.Lines, line => line.Text.Contains($"A connection to {setting} was closed", StringComparison.Ordinal)
            && line.Text.Contains("Sidecar:MaxConnections", StringComparison.Ordinal));

        // After the connection has ended, another one is accepted on the other listener.
        await open.DisposeAsync();
        using var caller = sidecar.NewCaller(second);
        while (!await IsServedAsync(caller))
            await Task.Yield();
    }

    [Fact]
    public async Task Administration_has_a_limit_of_its_own_if_all_listeners_have_equal_addresses_with_port_0()
    {
        await using var sidecar = await TestSidecar.StartAsync(
        [
            ("Sidecar:Listen", "http://*:0"), (Shop, "http://*:0"), ("Sidecar:Admin", "http://*:0"),
            ("Sidecar:AllowRemoteCallers", "true"), ("Sidecar:MaxConnections", "1"),
        ]);
        Assert.Equal(HttpStatusCode.OK, (await sidecar.Admin.GetAsync("/readyz")).StatusCode);

        await using var open = await RawConnection.OpenAsync(sidecar.AddressOf("shop"));
        await AssertServedAsync(open);
        await using var refused = await RawConnection.OpenAsync(sidecar.Address);

        Assert.Equal("", await refused.ReadToEndAsync());
        Assert.Equal(HttpStatusCode.OK, (await sidecar.Admin.GetAsync("/readyz")).StatusCode);
    }

    [Fact]
    public async Task The_log_names_the_addresses_of_all_listeners()
    {
        using var folder = new TemporaryFolder();
        await using var upstream = await RecordingUpstream.StartAsync();
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        var socket = Path.Combine(folder.FullName, "agent.sock");
        await using var running = SidecarProcess.Start(
            SidecarProcess.Environment(
                upstream, tokenEndpoint, (Shop, "http://127.0.0.1:0"), ("Sidecar:Listeners:agent:Address", $"http://unix:{socket}")),
            "run");

        var line = await running.WaitForLineAsync("Callers are served on");

        Assert.Matches(
            @$"served on http://127\.0\.0\.1:\d+, http://unix:{socket}, http://127\.0\.0\.1:\d+ for .* on http://127\.0\.0\.1:\d+\.$",
            line);
    }

    [Fact]
    public async Task If_the_address_of_a_further_listener_is_in_use_the_address_and_the_settings_are_printed()
    {
        await using var upstream = await RecordingUpstream.StartAsync();
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        using var other = new TcpListener(IPAddress.Loopback, 0);
        other.Start();

        var (exitCode, output) = await SidecarProcess.RunAsync(
            SidecarProcess.Environment(upstream, tokenEndpoint, (Shop, $"http://{other.LocalEndpoint}")), "run");

        Assert.Equal(2, exitCode);
        Assert.Contains(
            $"Failed to bind to address http://{other.LocalEndpoint}: address already in use. "
                + $"Set Sidecar:Listen, {Shop} and Sidecar:Admin to free addresses.",
            output,
            StringComparison.Ordinal);
        Assert.Equal(0, tokenEndpoint.Calls);
    }

    [Fact]
    public void The_default_listener_is_first_and_names_and_profiles_are_in_lower_case()
    {
        var settings = TryRead(
            out var errors,
            ("Sidecar:Listen", "http://127.0.0.1:8080"),
            ("Sidecar:Listeners:Default:Profile", "Default"),
            ("Sidecar:Listeners:Shop:Address", "http://127.0.0.1:8081"),
            ("Sidecar:Listeners:Shop:Profile", "Shop"),
            ("Sidecar:Listeners:agent:Address", "http://127.0.0.1:8082"),
            ("Profiles:Shop:Environment", "Sandbox"),
            ("Profiles:Shop:Username", "u"),
            ("Profiles:Shop:Password", "p"),
            ("Profiles:Shop:ApiKey", "k"));

        Assert.Empty(errors);
        Assert.Equal(
            [
                ("default", "http://127.0.0.1:8080", "default", "Sidecar:Listen", "Sidecar:Listeners:default:Profile"),
                ("agent", "http://127.0.0.1:8082", null, "Sidecar:Listeners:agent:Address", "Sidecar:Listeners:agent:Profile"),
                ("shop", "http://127.0.0.1:8081", "shop", Shop, "Sidecar:Listeners:shop:Profile"),
            ],
            settings!.Listener.CallerListeners.Select(listener => (
                listener.Name, listener.Address.ToString(), listener.Profile, listener.AddressSetting, listener.ProfileSetting)));
    }

    [Theory]
    [InlineData("Sidecar:Listeners:shop:Profile", "shop", $"{Shop}: it is missing")]
    [InlineData(Shop, "", $"{Shop}: it is missing")]
    [InlineData(Shop, "8081", $"{Shop}: '8081' is not a valid listen address")]
    [InlineData(Shop, "http://*:8081", $"{Shop}: other machines can connect to http://*:8081")]
    [InlineData(Shop, "http://127.0.0.1:8080", $"{Shop}: http://127.0.0.1:8080 is also the address of Sidecar:Listen.")]
    [InlineData(Shop, "http://localhost:9090", $"Sidecar:Admin: http://127.0.0.1:9090 is also the address of {Shop}.")]
    [InlineData(Shop, "http://unix:/tmp/agent", $"{Shop}: http://unix:/tmp/agent is also the address of Sidecar:Listeners:agent:Address.")]
    [InlineData(Shop, "http://127.0.0.1:7070", "Clik2pay:ApiBaseUrl: this address or Clik2pay:TokenEndpoint is an address of the sidecar")]
    [InlineData("Sidecar:Listeners:default:Address", "http://127.0.0.1:8081", "Sidecar:Listeners:default:Address: the address of the "
        + "listener default is Sidecar:Listen")]
    [InlineData("Sidecar:Listeners:my shop:Address", "http://127.0.0.1:8081", "Sidecar:Listeners:my…: the name is not valid")]
    [InlineData("Sidecar:Listeners:shop", "http://127.0.0.1:8081", "Sidecar:Listeners:shop: it is a section")]
    [InlineData("Sidecar:Listeners", "http://127.0.0.1:8081", "Sidecar:Listeners: unknown setting")]
    [InlineData("Sidecar:Listeners:agent:Profil", "shop", "Sidecar:Listeners:agent:Profil: unknown setting")]
    public void An_invalid_listener_is_reported_with_one_error(string key, string value, string error)
    {
        Assert.Null(TryRead(
            out var errors,
            ("Clik2pay:ApiBaseUrl", "http://127.0.0.1:7070"),
            ("Sidecar:Listen", "http://127.0.0.1:8080"),
            ("Sidecar:Admin", "http://127.0.0.1:9090"),
            ("Sidecar:Listeners:agent:Address", "http://unix:/tmp/agent"),
            (key, value)));

        Assert.StartsWith(error, Assert.Single(errors), StringComparison.Ordinal);
    }

    [Fact]
    public void An_address_that_other_machines_can_reach_is_accepted_with_AllowRemoteCallers()
    {
        var settings = TryRead(out var errors, (Shop, "http://*:8081"), ("Sidecar:AllowRemoteCallers", "true"));

        Assert.Empty(errors);
        Assert.Equal("http://*:8081", settings!.Listener.CallerListeners[1].Address.ToString());
    }

    private static Settings? TryRead(out IReadOnlyList<string> errors, params (string Key, string? Value)[] values)
    {
        var all = TestSidecar.Defaults("http://127.0.0.1:1", new("http://127.0.0.1:1/oauth2/token"));
        foreach (var (key, value) in values)
            all[key] = value;
        return Settings.TryRead(new ConfigurationBuilder().AddInMemoryCollection(all).Build(), out errors);
    }

    private static async Task AssertServedAsync(RawConnection connection)
    {
        await connection.SendAsync(Request);
        Assert.Equal(200, (await connection.ReadResponseAsync()).Status);
    }

    private static async Task<bool> IsServedAsync(HttpClient caller)
    {
        try
        {
            using var response = await caller.GetAsync("/open/v1/a", TestContext.Current.CancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
