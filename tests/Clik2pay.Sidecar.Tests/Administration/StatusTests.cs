using System.Net;
using System.Text.Json;
using Clik2pay.Sidecar.Administration.Status.Page;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Microsoft.Extensions.Time.Testing;

namespace Clik2pay.Sidecar.Tests.Administration;

/// <summary>The status page and the status JSON on the administration listener.</summary>
public sealed class StatusTests
{
    private static readonly DateTimeOffset Now = new(2026, 1, 2, 3, 4, 5, TimeSpan.Zero);

    [Fact]
    public async Task The_JSON_reports_token_refreshes_store_lease_and_responses()
    {
        var time = new FakeTimeProvider(Now);
        await using var sidecar = await TestSidecar.StartAsync(time: time);
        await sidecar.WaitForTokenAsync("access_token_1");
        await sidecar.Caller.GetAsync("/open/v1/a");
        await sidecar.Caller.GetAsync("/elsewhere");
        time.Advance(TimeSpan.FromMinutes(10));

        var response = await sidecar.Admin.GetAsync("/status");
        var status = JsonDocument.Parse(await response.Content.ReadAsStringAsync()).RootElement;

        Assert.Equal("application/json", $"{response.Content.Headers.ContentType}");
        Assert.Equal("no-store", $"{response.Headers.CacheControl}");
        Assert.Equal("Custom", Text(status, "environment"));
        Assert.True(status.GetProperty("ready").GetBoolean());
        Assert.Equal("There is a valid access token.", Text(status, "reason"));
        var token = status.GetProperty("token");
        Assert.Equal((3600, 600, 3000), (Number(token, "lifetimeSeconds"), Number(token, "ageSeconds"), Number(token, "remainingSeconds")));
        Assert.Equal(Now.AddHours(1), Moment(token, "expiresAt"));
        Assert.InRange(Number(status, "nextRefreshSeconds"), 2000, 2200);
        var refresh = Assert.Single(status.GetProperty("refreshes").EnumerateArray());
        Assert.Equal(("startup", "success", Now), (Text(refresh, "trigger"), Text(refresh, "outcome"), Moment(refresh, "endedAt")));
        Assert.Null(Text(refresh, "reason"));
        Assert.Equal((Now, 600.0), (Moment(status, "lastSuccessAt"), Number(status, "uptimeSeconds")));
        var store = status.GetProperty("store");
        Assert.Equal(("this process", JsonValueKind.Null), (Text(store, "name"), store.GetProperty("up").ValueKind));
        Assert.Equal("acquired", Text(status.GetProperty("lease"), "outcome"));
        var responses = status.GetProperty("answers");
        Assert.Equal((1, 1, 0), (Number(responses, "upstream_2xx"), Number(responses, "no_route"), Number(responses, "token_unavailable")));
    }

    [Fact]
    public async Task Without_a_token_the_page_and_the_JSON_report_the_reason()
    {
        await using var sidecar = await TestSidecar.StartAsync(
            arrange: endpoint => endpoint.Fault = FakeTokenEndpoint.Respond(400, """{"error":"invalid_client"}"""));
        await sidecar.Caller.GetAsync("/open/v1/a");

        var status = JsonDocument.Parse(await sidecar.Admin.GetStringAsync("/status")).RootElement;
        var page = await sidecar.Admin.GetStringAsync("/");

        Assert.False(status.GetProperty("ready").GetBoolean());
        Assert.Equal(JsonValueKind.Null, status.GetProperty("token").ValueKind);
        Assert.Equal(JsonValueKind.Null, status.GetProperty("lastSuccessAt").ValueKind);
        const string reason = "refused the username or the password";
        Assert.Contains(reason, Text(status.GetProperty("refreshes")[0], "reason"), StringComparison.Ordinal);
        string[] texts =
        [
            "<title>Not ready – ", "<strong>Not ready</strong>", "There is no valid access token, so requests get a 503 response.",
            "No token has been obtained since startup.", reason,
        ];
        Assert.All(texts, text => Assert.Contains(text, page, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("", "default")]
    [InlineData("?profile=shop", "shop")]
    [InlineData("?profile=SHOP", "shop")]
    [InlineData("?profile=<b>", "default")]
    public async Task The_query_selects_the_profile_of_the_page_and_an_unknown_name_selects_the_first_one(string query, string name)
    {
        await using var shop = await FakeTokenEndpoint.StartAsync();
        await using var sidecar = await TestSidecar.StartAsync([.. TestProfiles.Settings("shop", "http://127.0.0.1:1", shop.Address)]);

        var page = await sidecar.Admin.GetStringAsync($"/{query}");

        Assert.Contains($"<h2 id=\"token\">Access token of {name}</h2>", page, StringComparison.Ordinal);
        Assert.Contains($"?profile={name}#token\"\naria-current=\"page\"", page, StringComparison.Ordinal);
        Assert.DoesNotContain("<b>", page, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_policy_of_the_page_allows_only_its_own_style_and_script()
    {
        await using var sidecar = await TestSidecar.StartAsync();

        var response = await sidecar.Admin.GetAsync("/");
        var page = await response.Content.ReadAsStringAsync();

        var policy = Assert.Single(response.Headers.GetValues("Content-Security-Policy"));
        Assert.Matches(
            "^default-src 'none'; style-src 'sha256-[^']+'; script-src 'sha256-[^']+'; connect-src 'self'; img-src data:; "
                + "base-uri 'none'; form-action 'none'; frame-ancestors 'none'$",
            policy);
        Assert.Equal("nosniff", Assert.Single(response.Headers.GetValues("X-Content-Type-Options")));
        Assert.Equal("no-referrer", Assert.Single(response.Headers.GetValues("Referrer-Policy")));
        Assert.Equal("no-store", $"{response.Headers.CacheControl}");
        Assert.DoesNotMatch("""(src|href)="(?!status"|metrics"|troubleshooting["#]|data:)""", page);
        Assert.DoesNotMatch(" (style|on[a-z]+)=", page);
        Assert.Contains($">{PageAssets.Script}</script>", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Origin: https://attacker.example", "localhost", 403)]
    [InlineData("Sec-Fetch-Site: cross-site", "localhost", 403)]
    [InlineData("Sec-Fetch-Site: same-site\r\nSec-Fetch-Mode: cors", "localhost", 403)]
    [InlineData("Sec-Fetch-Site: cross-site\r\nSec-Fetch-Mode: navigate", "localhost", 200)]
    [InlineData("Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: cors", "127.0.0.1:1", 200)]
    [InlineData("Sec-Fetch-Site: none", "[::1]:1", 200)]
    [InlineData("X-A: b", "attacker.example", 403)]
    [InlineData("X-A: b", "sidecar.local", 200)]
    public async Task Only_requests_from_other_web_pages_or_for_unknown_hosts_get_403(string header, string host, int status)
    {
        await using var sidecar = await TestSidecar.StartAsync([("Sidecar:AllowedHosts", "sidecar.local")]);

        foreach (var path in (string[])["/", "/status", "/metrics", "/troubleshooting"])
        {
            var response = await RawConnection.ExchangeAsync(
                sidecar.Admin.BaseAddress!, $"GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n{header}\r\n\r\n");
            Assert.StartsWith($"HTTP/1.1 {status} ", response, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task On_a_listener_for_other_machines_every_Host_is_accepted()
    {
        await using var sidecar = await TestSidecar.StartAsync([("Sidecar:Admin", "http://*:0")]);

        var response = await RawConnection.ExchangeAsync(
            new($"http://127.0.0.1:{sidecar.Admin.BaseAddress!.Port}"),
            "GET /livez HTTP/1.1\r\nHost: pod.example\r\nConnection: close\r\n\r\n");

        Assert.StartsWith("HTTP/1.1 200 ", response, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("POST", "/")]
    [InlineData("POST", "/metrics")]
    [InlineData("DELETE", "/status")]
    [InlineData("PUT", "/readyz")]
    [InlineData("POST", "/troubleshooting")]
    public async Task Methods_other_than_GET_and_HEAD_get_405(string method, string path)
    {
        await using var sidecar = await TestSidecar.StartAsync();
        using var request = new HttpRequestMessage(new(method), path);

        var response = await sidecar.Admin.SendAsync(request);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, response.StatusCode);
        Assert.Equal(["GET", "HEAD"], response.Content.Headers.Allow.Order(StringComparer.Ordinal));
    }

    private static string? Text(JsonElement parent, string name) => parent.GetProperty(name).GetString();

    private static double Number(JsonElement parent, string name) => parent.GetProperty(name).GetDouble();

    private static DateTimeOffset Moment(JsonElement parent, string name) => parent.GetProperty(name).GetDateTimeOffset();
}
