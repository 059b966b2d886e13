using System.Net;
using System.Net.Sockets;
using System.Text;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Telemetry;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Microsoft.Extensions.Time.Testing;

namespace Clik2pay.Sidecar.Tests.Telemetry;

/// <summary>What Prometheus gets from <c>/metrics</c>.</summary>
public sealed class PrometheusTests
{
    private const string Prefix = "clik2pay_sidecar_";

    private static readonly string[] Outcomes = ["success", "adopted", "rejected", "throttled", "unavailable", "invalid_response", "deferred"];
    private static readonly string[] Triggers = ["startup", "scheduled", "expired", "unauthorized", "rotation", "operator", "clock_change"];
    private static readonly string[] CallOutcomes = ["success", "rejected", "throttled", "unavailable", "invalid_response"];
    private static readonly string[] LeaseOutcomes = ["acquired", "contended", "held_off", "lost", "unavailable"];
    private static readonly string[] Operations = ["read", "write", "acquire", "release", "discard"];
    private static readonly string[] OperationOutcomes = ["success", "unreachable", "timeout", "tls_failed", "access_denied", "not_ready", "invalid_reply"];
    private static readonly string[] Headers = ["Authorization", "Proxy-Authorization", "x-api-key", "Cookie", "baggage", "Clik2pay-Sidecar-Token"];
    private static readonly string[] Reasons = ["cross_site", "method", "host", "target", "upgrade", "framing", "header", "caller_token", "body_too_large", "head_too_large", "timeout", "malformed"];
    private static readonly string[] Codes =
    [
        "token_unavailable", "credentials_refused", "upstream_unreachable", "upstream_timeout",
        "no_route", "caller_refused", "bad_request", "shutting_down", "internal_error",
    ];

    [Fact]
    public async Task Every_counter_is_there_with_0_from_the_start_for_each_of_its_values()
    {
        await using var sidecar = await TestSidecar.StartAsync(arrange: endpoint => endpoint.Gate = new TaskCompletionSource().Task);

        var lines = (await ScrapeAsync(sidecar)).Split('\n');
        var counters = lines.Where(line => line.StartsWith($"# TYPE {Prefix}", StringComparison.Ordinal) && line.EndsWith(" counter", StringComparison.Ordinal)).Select(line => line.Split(' ')[2] + "{").ToList();
        var series = lines.Where(line => counters.Exists(counter => line.StartsWith(counter, StringComparison.Ordinal))).ToList();

        string[] expected =
        [
            .. from outcome in Outcomes from trigger in Triggers select $"token_refreshes_total{{outcome=\"{outcome}\",trigger=\"{trigger}\"}}",
            .. CallOutcomes.Select(outcome => $"token_endpoint_requests_total{{outcome=\"{outcome}\"}}"),
            .. LeaseOutcomes.Select(outcome => $"lease_acquisitions_total{{outcome=\"{outcome}\"}}"),
            .. from operation in Operations from outcome in OperationOutcomes select $"store_operations_total{{operation=\"{operation}\",outcome=\"{outcome}\"}}",
            .. Headers.Select(header => $"caller_credentials_removed_total{{header=\"{header}\"}}"),
            .. Reasons.Select(reason => $"requests_rejected_total{{reason=\"{reason}\"}}"),
            .. from code in Codes from sent in (string[])["no", "maybe"] select $"own_answers_total{{code=\"{code}\",sent=\"{sent}\"}}",
            .. ((string[])["2xx", "3xx", "4xx", "5xx", "other"]).Select(status => $"upstream_answers_total{{status_class=\"{status}\"}}"),
            .. ((string[])["retried", "passed_on"]).Select(action => $"upstream_unauthorized_total{{action=\"{action}\"}}"),
            "store_foreign_values_total{}",
            "upstream_headers_dropped_total{}",
        ];

        // The first refresh waits for its call, with the lease.
        Assert.Equal(
            expected.Select(name => $"{Prefix}{name} {(name == "lease_acquisitions_total{outcome=\"acquired\"}" ? 1 : 0)}").Order(StringComparer.Ordinal),
            series.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_documentation_lists_each_metric_and_none_that_is_not_there()
    {
        await using var sidecar = await TestSidecar.StartAsync();
        await sidecar.Caller.GetAsync("/open/v1/a");
        var root = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(root.FullName, "Clik2pay.Sidecar.sln")))
            root = root.Parent!;

        var documented = (await File.ReadAllLinesAsync(Path.Combine(root.FullName, "docs", "observability.md"))).Where(line => line.StartsWith($"| `{Prefix}", StringComparison.Ordinal)).Select(line => line.Split('`')[1]);
        var exposed = (await ScrapeAsync(sidecar)).Split('\n').Where(line => line.StartsWith($"# TYPE {Prefix}", StringComparison.Ordinal)).Select(line => line.Split(' ')[2]);

        // These are there once there is Redis.
        Assert.Equal(exposed.Concat([$"{Prefix}lease_wait_seconds", $"{Prefix}store_up", $"{Prefix}store_operation_duration_seconds"]).Order(StringComparer.Ordinal), documented.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Promtool_has_nothing_to_say()
    {
        await using var sidecar = await TestSidecar.StartAsync([("ReverseProxy:Routes:odd:ClusterId", "clik2pay"), ("ReverseProxy:Routes:odd:Match:Path", "/odd/{id:regex(^\\d\"+$)}")]);
        await sidecar.Caller.GetAsync("/open/v1/a");
        await sidecar.Caller.GetAsync("/odd/1%22");
        await sidecar.Caller.GetAsync("/elsewhere");
        sidecar.Upstream.Respond = context =>
        {
            context.Response.StatusCode = 401;
            return Task.CompletedTask;
        };
        await sidecar.Caller.GetAsync("/open/v1/a");

        var text = await ScrapeAsync(sidecar);

        Assert.Contains("""http_route="/odd/{id:regex(^\\d\"+$)}",""", text, StringComparison.Ordinal);
        Assert.Equal("", await Promtool.CheckMetricsAsync(text));
    }

    [Fact]
    public async Task Promtool_would_have_something_to_say() =>
        Assert.Contains("no help text", await Promtool.CheckMetricsAsync("a_total 1\n"), StringComparison.Ordinal);

    [Theory]
    [InlineData(null, "text/plain; version=0.0.4; charset=utf-8", false)]
    [InlineData("text/plain", "text/plain; version=0.0.4; charset=utf-8", false)]
    [InlineData("application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,text/plain;version=0.0.4;q=0.5,*/*;q=0.1", "application/openmetrics-text; version=1.0.0; charset=utf-8", true)]
    public async Task A_scraper_gets_the_format_that_it_asks_for(string? accept, string contentType, bool isOpenMetrics)
    {
        await using var sidecar = await TestSidecar.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);

        var answer = await sidecar.Admin.SendAsync(request);
        var text = await answer.Content.ReadAsStringAsync();

        Assert.StartsWith(contentType, string.Join(',', answer.Content.Headers.NonValidated["Content-Type"]), StringComparison.Ordinal);
        Assert.Equal(isOpenMetrics, text.EndsWith("# EOF\n", StringComparison.Ordinal));
        Assert.Contains(isOpenMetrics ? "# TYPE clik2pay_sidecar_token_refreshes counter\n" : "# TYPE clik2pay_sidecar_token_refreshes_total counter\n", text, StringComparison.Ordinal);
        Assert.Equal(isOpenMetrics, text.Contains("# UNIT clik2pay_sidecar_token_lifetime_seconds seconds\n", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Gauges_show_the_token_and_histograms_have_buckets_up_to_infinity()
    {
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
        await using var sidecar = await TestSidecar.StartAsync(time: time);
        await sidecar.Caller.GetAsync("/open/v1/a");

        var text = await ScrapeAsync(sidecar);

        Assert.Equal((1, 3600), (Value(text, "ready{}"), Value(text, "token_lifetime_seconds{}")));
        Assert.Equal((1_800_003_600, 1_800_000_000), (Value(text, "token_expiry_timestamp_seconds{}"), Value(text, "token_last_success_timestamp_seconds{}")));
        Assert.Equal((1, 1, 1), (Value(text, "token_refresh_duration_seconds_count{}"), Value(text, "token_endpoint_duration_seconds_count{}"), Value(text, "token_refresh_duration_seconds_bucket{le=\"+Inf\"}")));
        Assert.Contains("clik2pay_sidecar_build_info{environment=\"Custom\",version=\"0.1.0\"} 1\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("store_up{", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_a_token_there_is_no_expiry_and_refused_credentials_are_not_ready()
    {
        await using var sidecar = await TestSidecar.StartAsync(arrange: endpoint => endpoint.Fault = FakeTokenEndpoint.Answer(400, """{"error":"invalid_client"}"""));
        await sidecar.Caller.GetAsync("/open/v1/a");

        var text = await ScrapeAsync(sidecar);

        Assert.Equal((0, 0, 0, 0), (Value(text, "ready{}"), Value(text, "token_expiry_timestamp_seconds{}"), Value(text, "token_lifetime_seconds{}"), Value(text, "token_last_success_timestamp_seconds{}")));
        Assert.Equal((1, 1), (Value(text, "token_refreshes_total{outcome=\"rejected\",trigger=\"startup\"}"), Value(text, "token_endpoint_requests_total{outcome=\"rejected\"}")));
        Assert.Equal(
            (1, 0),
            (Value(text, "own_answers_total{code=\"credentials_refused\",sent=\"no\"}"),
            Value(text, "own_answers_total{code=\"token_unavailable\",sent=\"no\"}")));
    }

    [Fact]
    public async Task Answers_are_counted_by_who_made_them()
    {
        await using var sidecar = await TestSidecar.StartAsync();
        foreach (var status in (int[])[200, 201, 302, 404, 429, 500, 999])
        {
            sidecar.Upstream.Respond = context =>
            {
                context.Response.StatusCode = status;
                return Task.CompletedTask;
            };
            await sidecar.Caller.GetAsync("/open/v1/a");
        }

        await sidecar.Caller.GetAsync("/elsewhere");
        await RawConnection.AskAsync(sidecar.Address, "GET /open/v1/a HTTP/1.1\r\nHost: e.example\r\nConnection: close\r\n\r\n");
        await RawConnection.AskAsync(sidecar.Address, "no HTTP\r\n\r\n");

        var text = await ScrapeAsync(sidecar);

        Assert.Equal([2, 1, 2, 1, 1], ((string[])["2xx", "3xx", "4xx", "5xx", "other"]).Select(status => Value(text, $"upstream_answers_total{{status_class=\"{status}\"}}")));
        Assert.Equal([0, 0, 0, 0, 1, 1, 1, 0, 0], Codes.Select(code => Value(text, $"own_answers_total{{code=\"{code}\",sent=\"no\"}}")));
    }

    [Fact]
    public async Task The_platforms_metrics_are_there_and_are_of_callers_requests()
    {
        await using var sidecar = await TestSidecar.StartAsync();
        sidecar.Upstream.Respond = context =>
        {
            context.Response.Headers.Connection = "close";
            return Task.CompletedTask;
        };
        await sidecar.Caller.GetAsync("/open/v1/a");
        foreach (var path in (string[])["/readyz", "/status", "/"])
            await sidecar.Admin.GetAsync(path);

        var text = await ScrapeAsync(sidecar);

        Assert.Equal(
            ["""http_server_request_duration_seconds_count{http_request_method="GET",http_response_status_code="200",http_route="/open/v1/{**rest}",network_protocol_version="1.1",url_scheme="http"} 1"""],
            text.Split('\n').Where(line => line.StartsWith("http_server_request_duration_seconds_count", StringComparison.Ordinal)));

        // Upstream and the token endpoint; no address of a peer, of which the provider has new ones every day.
        Assert.Equal(2, text.Split('\n').Count(line => line.StartsWith("http_client_request_duration_seconds_count{", StringComparison.Ordinal)));
        Assert.DoesNotContain("network_peer_address", text, StringComparison.Ordinal);
        Assert.All(
            ["kestrel_active_connections{", $"http_client_connection_duration_seconds_count{{network_protocol_version=\"1.1\",server_address=\"127.0.0.1\",server_port=\"{new Uri(sidecar.Upstream.Address).Port}\",url_scheme=\"http\"}} 1\n", "dotnet_gc_collections_total{", "dotnet_thread_pool_queue_length_total{", "process_cpu_seconds_total{", "process_resident_memory_bytes{", "process_start_time_seconds{", "process_open_fds{", "process_max_fds{"],
            name => Assert.Contains($"\n{name}", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_answer_that_breaks_off_before_its_first_byte_is_ours_and_one_that_breaks_off_later_is_upstreams()
    {
        var answer = "";
        await using var upstream = new WireUpstream { Respond = _ => answer };
        await using var sidecar = await TestSidecar.StartAsync(upstream, [("ReverseProxy:Clusters:clik2pay:HttpRequest:ActivityTimeout", "00:00:02")]);
        foreach (var broken in (string[])["HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n", "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc"])
        {
            answer = broken;
            try
            {
                await RawConnection.AskAsync(sidecar.Address, "GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            }
            catch (SocketException)
            {
                // The last one breaks off for the caller too.
            }
        }

        var text = await ScrapeAsync(sidecar);

        // Each request has one answer, whoever's.
        var own = ((string[])["upstream_unreachable", "upstream_timeout"]).Select(
            code => Value(text, $"own_answers_total{{code=\"{code}\",sent=\"maybe\"}}"));
        Assert.Equal(3, Value(text, "upstream_answers_total{status_class=\"2xx\"}") + own.Sum());
        Assert.Equal(1, Value(text, "upstream_answers_total{status_class=\"2xx\"}"));
    }

    [Fact]
    public async Task Whoever_connects_to_whichever_address_makes_no_series()
    {
        await using var sidecar = await TestSidecar.StartAsync([("Sidecar:Admin", "http://*:0")]);
        for (var i = 1; i < 20; i++)
            await RawConnection.AskAsync(new($"http://127.0.0.{i}:{sidecar.Admin.BaseAddress!.Port}"), "GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        using var http = new HttpClient();
        var connections = (await http.GetStringAsync($"http://127.0.0.1:{sidecar.Admin.BaseAddress!.Port}/metrics")).Split('\n').Where(line => line.StartsWith("kestrel_active_connections{", StringComparison.Ordinal)).ToList();

        Assert.InRange(connections.Count, 1, 3);
        Assert.All(connections, line => Assert.DoesNotContain("address", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Who_does_not_read_his_scrape_keeps_nobody_from_theirs()
    {
        await using var sidecar = await TestSidecar.StartAsync();
        var admin = sidecar.Admin.BaseAddress!;
        var deaf = new List<Socket>();
        for (var i = 0; i < 20; i++)
        {
            var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 1024 };
            await socket.ConnectAsync(IPAddress.Loopback, admin.Port);
            await socket.SendAsync(Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", 50))));
            deaf.Add(socket);
        }

        for (var i = 0; i < 3; i++)
            Assert.Contains("clik2pay_sidecar_ready{} ", await ScrapeAsync(sidecar).WaitAsync(TimeSpan.FromSeconds(20)), StringComparison.Ordinal);

        deaf.ForEach(socket => socket.Dispose());
    }

    [Fact]
    public async Task Two_sidecars_in_one_process_have_numbers_of_their_own()
    {
        await using var one = await TestSidecar.StartAsync();
        await using var other = await TestSidecar.StartAsync();
        await one.Caller.GetAsync("/open/v1/a");

        Assert.Equal((1, 0), (Value(await ScrapeAsync(one), "upstream_answers_total{status_class=\"2xx\"}"), Value(await ScrapeAsync(other), "upstream_answers_total{status_class=\"2xx\"}")));
        Assert.DoesNotContain("http_server_request_duration_seconds_count", await ScrapeAsync(other), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Scrapes_at_the_same_time_all_get_all()
    {
        await using var sidecar = await TestSidecar.StartAsync();
        await sidecar.Caller.GetAsync("/open/v1/a");

        var scrapes = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => ScrapeAsync(sidecar)));

        Assert.All(scrapes, text => Assert.Equal(1, Value(text, "upstream_answers_total{status_class=\"2xx\"}")));
    }

    [Fact]
    public async Task Where_telemetry_is_turned_off_metrics_are_not_there_and_say_why()
    {
        await using var sidecar = await TestSidecar.StartAsync([("OTEL_SDK_DISABLED", "true")]);
        Assert.Equal(HttpStatusCode.OK, (await sidecar.Caller.GetAsync("/open/v1/a")).StatusCode);

        var answer = await sidecar.Admin.GetAsync("/metrics");

        Assert.Equal(HttpStatusCode.NotFound, answer.StatusCode);
        Assert.Contains("OTEL_SDK_DISABLED", await answer.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    private static async Task<string> ScrapeAsync(TestSidecar sidecar)
    {
        await sidecar.WaitForRequestsUnderWayAsync(0);
        return await sidecar.Admin.GetStringAsync("/metrics");
    }

    private static double Value(string text, string series) =>
        double.Parse(text.Split('\n').Single(line => line.StartsWith($"{Prefix}{series} ", StringComparison.Ordinal)).Split(' ')[^1], System.Globalization.CultureInfo.InvariantCulture);
}
