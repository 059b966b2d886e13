using System.Net.Sockets;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Microsoft.Extensions.Time.Testing;
using static Clik2pay.Sidecar.Tests.Support.Telemetry.Scrape;

namespace Clik2pay.Sidecar.Tests.Telemetry;

/// <summary>The series in <c>/metrics</c> and their values.</summary>
public sealed class PrometheusSeriesTests
{
    private static readonly string[] Outcomes =
        ["success", "adopted", "rejected", "throttled", "unavailable", "invalid_response", "deferred"];
    private static readonly string[] Triggers = ["startup", "scheduled", "expired", "unauthorized", "rotation", "operator", "clock_change"];
    private static readonly string[] CallOutcomes = ["success", "rejected", "throttled", "unavailable", "invalid_response"];
    private static readonly string[] LeaseOutcomes = ["acquired", "contended", "held_off", "lost", "unavailable"];
    private static readonly string[] Operations = ["read", "write", "acquire", "release", "discard"];

    private static readonly string[] OperationOutcomes =
        ["success", "unreachable", "timeout", "tls_failed", "access_denied", "not_ready", "invalid_reply"];

    private static readonly string[] Headers =
        ["Authorization", "Proxy-Authorization", "x-api-key", "Cookie", "baggage", "Clik2pay-Sidecar-Token"];

    private static readonly string[] Reasons =
    [
        "cross_site", "method", "host", "target", "upgrade", "framing", "header", "caller_token", "profile", "operation",
        "merchant_transaction_id", "token_request", "body_too_large", "head_too_large", "timeout", "malformed",
    ];

    private static readonly string[] Codes =
    [
        "token_unavailable", "credentials_refused", "upstream_unreachable", "upstream_timeout", "no_route", "caller_refused",
        "operation_not_allowed", "merchant_transaction_id_required", "bad_request", "shutting_down", "internal_error",
    ];

    private static readonly string[] StatusClasses = ["2xx", "3xx", "4xx", "5xx", "other"];

    [Fact]
    public async Task Every_counter_starts_at_0_with_a_series_for_each_combination_of_its_label_values()
    {
        var called = new TaskCompletionSource();
        await using var sidecar = await TestSidecar.StartAsync(
            arrange: endpoint => (endpoint.Gate, endpoint.Called) = (new TaskCompletionSource().Task, () => called.TrySetResult()));
        await called.Task.WaitAsync(TestContext.Current.CancellationToken);

        var lines = (await ReadAsync(sidecar)).Split('\n');
        var counters = lines
            .Select(line => line.Split(' '))
            .Where(words => words is ["#", "TYPE", var name, "counter"] && name.StartsWith(Prefix, StringComparison.Ordinal))
            .Select(words => words[2] + "{").ToList();
        var series = lines.Where(line => counters.Exists(counter => line.StartsWith(counter, StringComparison.Ordinal))).ToList();

        string[] expected =
        [
            .. from outcome in Outcomes
               from trigger in Triggers
               select $"token_refreshes_total{{outcome=\"{outcome}\",profile=\"default\",trigger=\"{trigger}\"}}",
            .. CallOutcomes.Select(outcome => $"token_endpoint_requests_total{{outcome=\"{outcome}\",profile=\"default\"}}"),
            .. LeaseOutcomes.Select(outcome => $"lease_acquisitions_total{{outcome=\"{outcome}\",profile=\"default\"}}"),
            .. from operation in Operations
               from outcome in OperationOutcomes
               select $"store_operations_total{{operation=\"{operation}\",outcome=\"{outcome}\"}}",
            .. Headers.Select(header => $"caller_credentials_removed_total{{header=\"{header}\"}}"),
            .. Reasons.Select(reason => $"requests_rejected_total{{reason=\"{reason}\"}}"),
            .. from code in Codes
               from sent in (string[])["no", "maybe"]
               select $"own_answers_total{{code=\"{code}\",sent=\"{sent}\"}}",
            .. StatusClasses.Select(status => $"upstream_answers_total{{status_class=\"{status}\"}}"),
            .. ((string[])["retried", "passed_on"]).Select(action => $"upstream_unauthorized_total{{action=\"{action}\"}}"),
            "store_foreign_values_total{}",
            "upstream_headers_dropped_total{}",
        ];

        // The first refresh has acquired the lease, and waits for the response of the token endpoint.
        Assert.Equal(
            expected.Select(name => $"{Prefix}{name} {(name.Contains("=\"acquired\"", StringComparison.Ordinal) ? 1 : 0)}")
                .Order(StringComparer.Ordinal),
            series.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Gauges_show_the_token_and_histograms_have_buckets_up_to_infinity()
    {
        var time = new FakeTimeProvider(DateTimeOffset.FromUnixTimeSeconds(1_800_000_000));
        await using var sidecar = await TestSidecar.StartAsync(time: time);
        await sidecar.WaitForTokenAsync("access_token_1");
        await sidecar.Caller.GetAsync("/open/v1/a");

        var text = await ReadAsync(sidecar);

        Assert.Equal((1, 3600), (Value(text, "ready{}"), Value(text, "token_lifetime_seconds{profile=\"default\"}")));
        Assert.Equal(1_800_003_600, Value(text, "token_expiry_timestamp_seconds{profile=\"default\"}"));
        Assert.Equal(1_800_000_000, Value(text, "token_last_success_timestamp_seconds{profile=\"default\"}"));
        Assert.Equal(1, Value(text, "token_refresh_duration_seconds_count{profile=\"default\"}"));
        Assert.Equal(1, Value(text, "token_endpoint_duration_seconds_count{profile=\"default\"}"));
        Assert.Equal(1, Value(text, "token_refresh_duration_seconds_bucket{profile=\"default\",le=\"+Inf\"}"));
        Assert.Contains("clik2pay_sidecar_build_info{environment=\"Custom\",version=\"0.1.0\"} 1\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("store_up{", text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task With_refused_credentials_the_sidecar_is_not_ready_and_the_gauges_of_the_token_are_0()
    {
        await using var sidecar = await TestSidecar.StartAsync(
            arrange: endpoint => endpoint.Fault = FakeTokenEndpoint.Respond(400, """{"error":"invalid_client"}"""));
        await sidecar.Caller.GetAsync("/open/v1/a");

        var text = await ReadAsync(sidecar);

        string[] gauges = ["token_expiry_timestamp_seconds", "token_lifetime_seconds", "token_last_success_timestamp_seconds"];
        Assert.All(gauges, gauge => Assert.Equal(0, Value(text, gauge + "{profile=\"default\"}")));
        Assert.Equal(0, Value(text, "ready{}"));
        Assert.Equal(1, Value(text, "token_refreshes_total{outcome=\"rejected\",profile=\"default\",trigger=\"startup\"}"));
        Assert.Equal(1, Value(text, "token_endpoint_requests_total{outcome=\"rejected\",profile=\"default\"}"));
        Assert.Equal(1, Value(text, "own_answers_total{code=\"credentials_refused\",sent=\"no\"}"));
        Assert.Equal(0, Value(text, "own_answers_total{code=\"token_unavailable\",sent=\"no\"}"));
    }

    [Fact]
    public async Task Responses_of_the_provider_and_of_the_sidecar_have_different_counters()
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
        await RawConnection.ExchangeAsync(sidecar.Address, "GET /open/v1/a HTTP/1.1\r\nHost: e.example\r\nConnection: close\r\n\r\n");
        await RawConnection.ExchangeAsync(sidecar.Address, "no HTTP\r\n\r\n");

        var text = await ReadAsync(sidecar);

        Assert.Equal(
            [2, 1, 2, 1, 1],
            StatusClasses.Select(status => Value(text, $"upstream_answers_total{{status_class=\"{status}\"}}")));
        Assert.Equal(
            [0, 0, 0, 0, 1, 1, 0, 0, 1, 0, 0],
            Codes.Select(code => Value(text, $"own_answers_total{{code=\"{code}\",sent=\"no\"}}")));
    }

    [Fact]
    public async Task A_response_that_breaks_off_is_counted_once()
    {
        var broken = "";
        await using var upstream = new WireUpstream { Respond = _ => broken };
        await using var sidecar = await TestSidecar.StartAsync(
            upstream, [("ReverseProxy:Clusters:clik2pay:HttpRequest:ActivityTimeout", "00:00:02")]);
        string[] responses =
        [
            "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz",
            "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc",
        ];
        foreach (var response in responses)
        {
            broken = response;
            try
            {
                await RawConnection.ExchangeAsync(
                    sidecar.Address, "GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
            }
            catch (SocketException)
            {
                // The last response has started, so the caller's connection is aborted.
            }
        }

        var text = await ReadAsync(sidecar);

        // Only the last response counts as the provider's, because its body had started.
        var own = ((string[])["upstream_unreachable", "upstream_timeout"]).Select(
            code => Value(text, $"own_answers_total{{code=\"{code}\",sent=\"maybe\"}}"));
        Assert.Equal(1, Value(text, "upstream_answers_total{status_class=\"2xx\"}"));
        Assert.Equal(2, own.Sum());
    }

    [Fact]
    public async Task Metrics_of_the_platform_contain_only_requests_of_callers_and_no_address_of_a_peer()
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

        var text = await ReadAsync(sidecar);

        const string labels = "http_request_method=\"GET\",http_response_status_code=\"200\",http_route=\"/open/v1/{**rest}\","
            + "network_protocol_version=\"1.1\",url_scheme=\"http\"";
        Assert.Equal(
            [$"http_server_request_duration_seconds_count{{{labels}}} 1"],
            text.Split('\n').Where(line => line.StartsWith("http_server_request_duration_seconds_count", StringComparison.Ordinal)));

        // One for the API and one for the token endpoint.
        const string calls = "http_client_request_duration_seconds_count{";
        Assert.Equal(2, text.Split('\n').Count(line => line.StartsWith(calls, StringComparison.Ordinal)));
        Assert.DoesNotContain("network_peer_address", text, StringComparison.Ordinal);
        string[] others =
        [
            "kestrel_active_connections{", "dotnet_gc_collections_total{", "dotnet_thread_pool_queue_length_total{",
            "process_cpu_seconds_total{", "process_resident_memory_bytes{", "process_start_time_seconds{", "process_open_fds{",
            "process_max_fds{", $"http_client_connection_duration_seconds_count{{network_protocol_version=\"1.1\","
                + $"server_address=\"127.0.0.1\",server_port=\"{new Uri(sidecar.Upstream.Address).Port}\",url_scheme=\"http\"}} 1\n",
        ];
        Assert.All(others, name => Assert.Contains($"\n{name}", text, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Connections_to_different_addresses_share_their_series()
    {
        await using var sidecar = await TestSidecar.StartAsync([("Sidecar:Admin", "http://*:0")]);
        var port = sidecar.Admin.BaseAddress!.Port;
        for (var i = 1; i < 20; i++)
            await RawConnection.ExchangeAsync(
                new($"http://127.0.0.{i}:{port}"), "GET /livez HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");

        using var http = new HttpClient();
        var text = await http.GetStringAsync($"http://127.0.0.1:{port}/metrics");
        var connections = text.Split('\n')
            .Where(line => line.StartsWith("kestrel_active_connections{", StringComparison.Ordinal)).ToList();

        Assert.InRange(connections.Count, 1, 3);
        Assert.All(connections, line => Assert.DoesNotContain("address", line, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Two_sidecars_in_one_process_have_separate_series()
    {
        await using var one = await TestSidecar.StartAsync();
        await using var other = await TestSidecar.StartAsync();
        await one.Caller.GetAsync("/open/v1/a");

        const string series = "upstream_answers_total{status_class=\"2xx\"}";
        Assert.Equal((1, 0), (Value(await ReadAsync(one), series), Value(await ReadAsync(other), series)));
        Assert.DoesNotContain("http_server_request_duration_seconds_count", await ReadAsync(other), StringComparison.Ordinal);
    }
}
