using System.Net;
using System.Text;
using System.Text.Json;
using Clik2pay.Sidecar.Administration;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Clik2pay.Sidecar.Tokens;
using Microsoft.Extensions.Time.Testing;

namespace Clik2pay.Sidecar.Tests.Administration;

/// <summary>How things stand, for programs and for people.</summary>
public sealed class StatusTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public async Task The_JSON_tells_how_things_stand()
    {
        var time = new FakeTimeProvider(Now);
        await using var sidecar = await TestSidecar.StartAsync(time: time);
        await sidecar.Caller.GetAsync("/open/v1/a");
        await sidecar.Caller.GetAsync("/elsewhere");
        time.Advance(TimeSpan.FromMinutes(10));

        var answer = await sidecar.Admin.GetAsync("/status");
        var status = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;

        Assert.Equal(("application/json", "no-store"), ($"{answer.Content.Headers.ContentType}", $"{answer.Headers.CacheControl}"));
        Assert.Equal(("Custom", true, "A valid access token is held."), (status.GetProperty("environment").GetString(), status.GetProperty("ready").GetBoolean(), status.GetProperty("reason").GetString()));
        var token = status.GetProperty("token");
        Assert.Equal((3600, 600, 3000, Now.AddHours(1)), (token.GetProperty("lifetimeSeconds").GetDouble(), token.GetProperty("ageSeconds").GetDouble(), token.GetProperty("remainingSeconds").GetDouble(), token.GetProperty("expiresAt").GetDateTimeOffset()));
        Assert.InRange(status.GetProperty("nextRefreshSeconds").GetDouble(), 2000, 2200);
        var refresh = Assert.Single(status.GetProperty("refreshes").EnumerateArray());
        Assert.Equal(("startup", "success", Now, JsonValueKind.Null), (refresh.GetProperty("trigger").GetString(), refresh.GetProperty("outcome").GetString(), refresh.GetProperty("endedAt").GetDateTimeOffset(), refresh.GetProperty("reason").ValueKind));
        Assert.Equal((Now, 600.0), (status.GetProperty("lastSuccessAt").GetDateTimeOffset(), status.GetProperty("uptimeSeconds").GetDouble()));
        Assert.Equal(("this process", JsonValueKind.Null), (status.GetProperty("store").GetProperty("name").GetString(), status.GetProperty("store").GetProperty("up").ValueKind));
        Assert.Equal("acquired", status.GetProperty("lease").GetProperty("outcome").GetString());
        Assert.Equal((1, 1, 0), (status.GetProperty("answers").GetProperty("upstream_2xx").GetInt32(), status.GetProperty("answers").GetProperty("no_route").GetInt32(), status.GetProperty("answers").GetProperty("token_unavailable").GetInt32()));
    }

    [Fact]
    public async Task Without_a_token_both_say_why()
    {
        await using var sidecar = await TestSidecar.StartAsync(arrange: endpoint => endpoint.Fault = FakeTokenEndpoint.Answer(400, """{"error":"invalid_client"}"""));
        await sidecar.Caller.GetAsync("/open/v1/a");

        var status = JsonDocument.Parse(await sidecar.Admin.GetStringAsync("/status")).RootElement;
        var page = await sidecar.Admin.GetStringAsync("/");

        Assert.Equal((false, JsonValueKind.Null, JsonValueKind.Null), (status.GetProperty("ready").GetBoolean(), status.GetProperty("token").ValueKind, status.GetProperty("lastSuccessAt").ValueKind));
        Assert.Contains("refused the username or the password", status.GetProperty("refreshes")[0].GetProperty("reason").GetString(), StringComparison.Ordinal);
        Assert.All(["<title>Not ready – ", "<strong>Not ready</strong>", "None is held, so calls are answered 503. The last was had never.", "refused the username or the password"], text => Assert.Contains(text, page, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_page_lets_the_browser_use_what_is_in_it_and_nothing_else()
    {
        await using var sidecar = await TestSidecar.StartAsync();

        var answer = await sidecar.Admin.GetAsync("/");
        var page = await answer.Content.ReadAsStringAsync();

        var policy = Assert.Single(answer.Headers.GetValues("Content-Security-Policy"));
        Assert.Matches("^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; connect-src 'self'; img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'$", policy);
        Assert.Equal(("nosniff", "no-referrer", "no-store"), (answer.Headers.GetValues("X-Content-Type-Options").Single(), answer.Headers.GetValues("Referrer-Policy").Single(), $"{answer.Headers.CacheControl}"));
        Assert.DoesNotMatch("""(src|href)="(?!status"|metrics"|data:,")""", page);
        Assert.DoesNotMatch(" (style|on[a-z]+)=", page);
        Assert.Contains(PageAssets.Script, page, StringComparison.Ordinal);
    }

    [Fact]
    public void Whatever_a_text_holds_is_text_on_the_page()
    {
        const string Odd = "<script>alert(1)</script>\"'&";
        var status = Status() with
        {
            Readiness = new(IsHealthy: false, Odd),
            Refreshes = [new(Now, RefreshTrigger.Startup, RefreshOutcome.Unavailable, TimeSpan.FromSeconds(1), Odd)],
            Store = new(Odd, IsUp: false, Odd),
        };

        var page = Encoding.UTF8.GetString(StatusPage.Write(status));

        Assert.DoesNotContain("<script>alert", page, StringComparison.Ordinal);
        Assert.Equal(4, page.Split(WebUtility.HtmlEncode(Odd)).Length - 1);
    }

    [Fact]
    public void Ready_without_a_token_looks_neither_well_nor_broken() =>
        Assert.Contains("""<p class="state poor"><strong>Ready, but without an access token</strong>""", Encoding.UTF8.GetString(StatusPage.Write(Status() with { Token = null })), StringComparison.Ordinal);

    [Theory]
    [InlineData(true, null, "Redis, usable at the last visit")]
    [InlineData(false, "access_denied", "not usable at the last visit: access denied;")]
    [InlineData(null, null, "<dd>Redis</dd>")]
    public void The_page_tells_of_the_store(bool? isUp, string? trouble, string says) =>
        Assert.Contains(says, Encoding.UTF8.GetString(StatusPage.Write(Status() with { Store = new("Redis", isUp, trouble) })), StringComparison.Ordinal);

    [Theory]
    [InlineData(0, "0 s")]
    [InlineData(59, "59 s")]
    [InlineData(60, "1 min")]
    [InlineData(3599, "59 min 59 s")]
    [InlineData(3600, "1 h")]
    [InlineData(90_061, "1 d 1 h")]
    public void Spans_are_told_by_their_two_largest_units(int seconds, string told) =>
        Assert.Contains($"<dt>Running for</dt><dd>{told}</dd>", Encoding.UTF8.GetString(StatusPage.Write(Status() with { Uptime = TimeSpan.FromSeconds(seconds) })), StringComparison.Ordinal);

    [Theory]
    [InlineData("Origin: https://attacker.example", "localhost", 403)]
    [InlineData("Sec-Fetch-Site: cross-site", "localhost", 403)]
    [InlineData("Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: cors", "localhost", 403)]
    [InlineData("Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate", "localhost", 200)]
    [InlineData("Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors", "127.0.0.1:1", 200)]
    [InlineData("Sec-Fetch-Site: none", "[::1]:1", 200)]
    [InlineData("X-A: b", "attacker.example", 403)]
    [InlineData("X-A: b", "sidecar.local", 200)]
    public async Task Web_pages_of_others_read_nothing_here(string header, string host, int status)
    {
        await using var sidecar = await TestSidecar.StartAsync([("Sidecar:AllowedHosts", "sidecar.local")]);

        foreach (var path in (string[])["/", "/status", "/metrics"])
            Assert.StartsWith($"HTTP/1.1 {status} ", await RawConnection.AskAsync(sidecar.Admin.BaseAddress!, $"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{header}\r\n\r\n"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_other_machines_come_any_name_is_served()
    {
        await using var sidecar = await TestSidecar.StartAsync([("Sidecar:Admin", "http://*:0")]);

        Assert.StartsWith("HTTP/1.1 200 ", await RawConnection.AskAsync(new($"http://127.0.0.1:{sidecar.Admin.BaseAddress!.Port}"), "GET /livez HTTP/1.1\r\nHost: pod.example\r\nConnection: close\r\n\r\n"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "/")]
    [InlineData("POST", "/metrics")]
    [InlineData("DELETE", "/status")]
    [InlineData("PUT", "/readyz")]
    public async Task Nothing_can_be_done_here(string method, string path)
    {
        await using var sidecar = await TestSidecar.StartAsync();
        using var request = new HttpRequestMessage(new(method), path);

        var answer = await sidecar.Admin.SendAsync(request);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Equal(["GET", "HEAD"], answer.Content.Headers.Allow.Order(StringComparer.Ordinal));
    }

    private static SidecarStatus Status() => new()
    {
        At = Now,
        Uptime = TimeSpan.Zero,
        Environment = Clik2payEnvironment.Sandbox,
        ApiBaseUrl = new("https://api.example"),
        TokenEndpoint = new("https://auth.example/token"),
        Readiness = new(IsHealthy: true, "A valid access token is held."),
        Token = new(TimeSpan.FromHours(1), TimeSpan.FromMinutes(30)),
        NextRefresh = TimeSpan.FromMinutes(15),
        Refreshes = [],
        LastSuccess = null,
        WhyRotationPending = null,
        Store = new("this process"),
        LastLease = null,
        Responses = [],
    };
}
