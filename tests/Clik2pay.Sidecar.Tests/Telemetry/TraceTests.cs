using System.Diagnostics;
using System.Net;
using Clik2pay.Sidecar.Tests.Requests;
using Clik2pay.Sidecar.Tests.Support.Telemetry;
using Clik2pay.Sidecar.Tests.Support.Wire;
using static Clik2pay.Sidecar.Tests.Telemetry.TraceRig;

namespace Clik2pay.Sidecar.Tests.Telemetry;

/// <summary>The spans of requests and refreshes, as a collector receives them.</summary>
[Collection(SerialTests.Name)]
public sealed class TraceTests
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    private const string CallerSpanId = "b7ad6b7169203331";
    private const string Sidecar = "Clik2pay.Sidecar";
    private const string Get = "GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";

    [Theory]
    [InlineData("http/protobuf")]
    [InlineData("grpc")]
    public async Task At_a_cold_start_the_spans_of_caller_server_upstream_and_refresh_are_connected(string protocol)
    {
        await using var rig = await TraceRig.StartAsync(protocol);
        var gate = new TaskCompletionSource();
        rig.TokenEndpoint.Gate = gate.Task;
        await using var program = rig.Run();
        var (address, admin) = await program.WaitForAddressesAsync();

        // The caller exports its spans to the same collector.
        using var source = new ActivitySource("caller");
        using (var tracing = rig.TraceCaller())
        using (source.StartActivity("pay"))
        using (var caller = new HttpClient())
        {
            var response = caller.GetAsync(new Uri(address, "/open/v1/payment-requests?secret=query"));
            await WaitForRequestInProgressAsync(admin);
            gate.SetResult();
            Assert.Equal(HttpStatusCode.OK, (await response).StatusCode);
        }

        var pay = await rig.Receiver.WaitForAsync(span => span is { Source: "caller", Name: "pay" });
        var server = await rig.WaitForServerSpanAsync();
        var call = await rig.Receiver.WaitForAsync(span => span.Source == HttpClientSource && span.SpanId == server.ParentId);
        var upstream = await rig.Receiver.WaitForAsync(span => span.Kind == ClientKind && span.ParentId == server.SpanId);
        var wait = await rig.Receiver.WaitForAsync(span => span is { Source: Sidecar, Name: "wait for access token" });
        var refresh = await rig.Receiver.WaitForAsync(span => span is { Source: Sidecar, Name: "refresh access token" });
        var tokenCall = await rig.Receiver.WaitForAsync(span => span is { Source: Sidecar, Name: "call token endpoint" });
        var lease = await rig.Receiver.WaitForAsync(span => span is { Source: Sidecar, Name: "acquire lease" });
        var tokenRequest = await rig.Receiver.WaitForAsync(span => span.Kind == ClientKind && span.ParentId == tokenCall.SpanId);

        // One trace from the caller to the upstream.
        Assert.All([call, server, upstream, wait], span => Assert.Equal(pay.TraceId, span.TraceId));
        Assert.Equal((pay.SpanId, server.SpanId), (call.ParentId, wait.ParentId));

        // The refresh has its own trace, which the waiting request links to.
        Assert.Equal([(refresh.TraceId, refresh.SpanId)], wait.Links);
        Assert.Equal("", refresh.ParentId);
        Assert.All([tokenCall, lease], span => Assert.Equal(refresh.SpanId, span.ParentId));
        Assert.Equal(refresh.TraceId, tokenRequest.TraceId);
        Assert.Equal("startup", refresh.Attributes["clik2pay.sidecar.trigger"]);
        Assert.Equal("success", refresh.Attributes["clik2pay.sidecar.outcome"]);
    }

    [Fact]
    public async Task Spans_follow_the_semantic_conventions_and_contain_neither_query_nor_headers()
    {
        await using var rig = await TraceRig.StartAsync();
        await using var program = rig.Run();
        var address = await program.WaitForAddressAsync();

        const string headers = "User-Agent: secret-agent\r\nX-Secret: secret-header\r\nbaggage: secret=baggage\r\n";
        await RawConnection.ExchangeAsync(
            address, $"GET /open/v1/a?secret=query HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n");

        var server = await rig.WaitForServerSpanAsync();
        Assert.Equal(("GET /open/v1/{**rest}", false), (server.Name, server.IsError));
        Assert.Equal(
            [
                "clik2pay.sidecar.profile=default", "http.request.method=GET", "http.response.status_code=200",
                "http.route=/open/v1/{**rest}",
                "network.protocol.version=1.1", "url.path=/open/v1/a", "url.scheme=http",
            ],
            AttributesOf(server));

        var upstream = await rig.Receiver.WaitForAsync(span => span.Kind == ClientKind && span.ParentId == server.SpanId);
        Assert.Equal("GET", upstream.Name);
        Assert.Equal(
            [
                "http.request.method=GET", "http.response.status_code=200", "network.protocol.version=1.1", "server.address=127.0.0.1",
                $"server.port={new Uri(rig.Upstream.Address).Port}", $"url.full={rig.Upstream.Address}/open/v1/a",
            ],
            AttributesOf(upstream));
        var version = typeof(Program).Assembly.GetName().Version!.ToString(3);
        Assert.Equal(("clik2pay-sidecar", version), (server.Resource["service.name"], server.Resource["service.version"]));

        Assert.All(rig.Receiver.Received, request => Assert.DoesNotContain("secret", request.Body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Spans_of_failed_requests_contain_the_error_code_and_quote_nothing()
    {
        await using var upstream = new WireUpstream { Respond = _ => "HTTP/1.1 2OO secret-words\r\n\r\n" };
        await using var rig = await TraceRig.StartAsync();
        await using var program = rig.Run(("Clik2pay:ApiBaseUrl", upstream.Address));
        var address = await program.WaitForAddressAsync();

        await RawConnection.ExchangeAsync(address, $"{Get}\r\n");
        var server = await rig.WaitForServerSpanAsync();
        var client = await rig.Receiver.WaitForAsync(span => span.Kind == ClientKind && span.ParentId == server.SpanId);

        Assert.Equal("upstream_unreachable", server.Attributes["error.type"]);
        Assert.Equal(("502", true), (server.Attributes["http.response.status_code"], server.IsError));
        Assert.Equal(("invalid_response", true), (client.Attributes["error.type"], client.IsError));
        Assert.Empty(client.Events);
        Assert.All(rig.Receiver.Received, request => Assert.DoesNotContain("secret", request.Body, StringComparison.Ordinal));

        await RawConnection.ExchangeAsync(address, "GET /elsewhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        var refused = await rig.Receiver.WaitForAsync(
            span => span.Kind == ServerKind && span.Attributes["http.response.status_code"] == "404");
        Assert.Equal(("GET", "no_route", false), (refused.Name, refused.Attributes["error.type"], refused.IsError));
        Assert.False(refused.Attributes.ContainsKey("url.path"));
    }

    [Fact]
    public async Task The_span_and_the_metric_of_a_failed_call_have_the_same_error_type()
    {
        await using var upstream = new WireUpstream();
        await using var rig = await TraceRig.StartAsync();
        await using var program = rig.Run(("Clik2pay:ApiBaseUrl", upstream.Address));
        var (address, admin) = await program.WaitForAddressesAsync();

        // The HTTP client reports no kind of failure if the body of the request is malformed.
        await upstream.ReceiveMalformedBodyAsync(address);

        var server = await rig.WaitForServerSpanAsync();
        var client = await rig.Receiver.WaitForAsync(span => span.Kind == ClientKind && span.ParentId == server.SpanId);
        const string error = "System.Net.Http.HttpRequestException";
        Assert.Equal(error, client.Attributes["error.type"]);
        using var operators = new HttpClient();
        var metrics = await operators.GetStringAsync(new Uri(admin, "/metrics"), TestContext.Current.CancellationToken);
        Assert.Contains($"http_client_request_duration_seconds_count{{error_type=\"{error}\"", metrics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData($"traceparent: 00-{TraceId}-{CallerSpanId}-01\r\ntracestate: a=b\r\n", true)]
    [InlineData($"traceparent: 00-{TraceId}-{CallerSpanId}-00\r\n", false)]
    [InlineData("", true)]
    public async Task The_callers_traceparent_is_the_parent_and_is_forwarded_unchanged(string headers, bool isSampled)
    {
        await using var rig = await TraceRig.StartAsync();
        await using var program = rig.Run();
        var address = await program.WaitForAddressAsync();

        await RawConnection.ExchangeAsync(address, $"{Get}{headers}\r\n");

        var sent = rig.Upstream.Single().Headers;
        var names = new[] { "traceparent", "tracestate", "baggage", "Request-Id", "Correlation-Context" };
        Assert.Equal(headers, string.Concat(names.Where(sent.ContainsKey).Select(name => $"{name}: {sent[name]}\r\n")));

        // When the span of the next request has arrived, the span of the first one would have arrived too.
        await RawConnection.ExchangeAsync(address, "GET /open/v1/next HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        await rig.Receiver.WaitForAsync(
            span => span.Kind == ServerKind && span.Attributes.GetValueOrDefault("url.path") == "/open/v1/next");
        var server = rig.Receiver.Spans.SingleOrDefault(
            span => span.Kind == ServerKind && span.Attributes["url.path"] == "/open/v1/a");
        Assert.Equal(isSampled, server is not null);
        if (isSampled && headers.Length > 0)
            Assert.Equal((TraceId, CallerSpanId), (server!.TraceId, server.ParentId));
        Assert.DoesNotContain(rig.TokenEndpoint.Received, call => call.Headers.ContainsKey("traceparent"));
    }

    [Fact]
    public async Task Requests_to_the_administration_listener_have_no_span()
    {
        await using var rig = await TraceRig.StartAsync();
        await using var program = rig.Run();
        var (address, admin) = await program.WaitForAddressesAsync();
        using var http = new HttpClient();
        foreach (var path in (string[])["/readyz", "/metrics", "/status", "/"])
            await http.GetAsync(new Uri(admin, path));

        await http.GetAsync(new Uri(address, "/open/v1/a"));

        await rig.Receiver.WaitForAsync(span => span.Kind == ServerKind && span.Attributes["url.path"] == "/open/v1/a");
        Assert.Single(rig.Receiver.Spans, span => span.Kind == ServerKind);
    }

    [Fact]
    public async Task A_replay_after_a_401_has_its_own_client_span_and_its_wait_links_to_the_refresh()
    {
        await using var rig = await TraceRig.StartAsync();
        rig.Upstream.Respond = context =>
        {
            context.Response.StatusCode = context.Request.Headers.Authorization == "Bearer access_token_1" ? 401 : 200;
            return Task.CompletedTask;
        };
        await using var program = rig.Run();
        using var caller = new HttpClient { BaseAddress = await program.WaitForAddressAsync() };

        Assert.Equal(HttpStatusCode.OK, (await caller.GetAsync("/open/v1/a")).StatusCode);

        var server = await rig.WaitForServerSpanAsync();
        var refresh = await rig.Receiver.WaitForAsync(
            span => span.Name == "refresh access token" && span.Attributes["clik2pay.sidecar.trigger"] == "unauthorized");
        var attempts = rig.Receiver.Spans.Where(span => span.Kind == ClientKind && span.ParentId == server.SpanId);
        Assert.Equal(
            ["200", "401"],
            attempts.Select(span => span.Attributes["http.response.status_code"]).Order(StringComparer.Ordinal));
        var wait = Assert.Single(
            rig.Receiver.Spans,
            span => span.Name == "wait for access token" && span.ParentId == server.SpanId && span.Links.Count > 0
                && span.Links[0].SpanId == refresh.SpanId);
        Assert.Equal([(refresh.TraceId, refresh.SpanId)], wait.Links);
    }

    private static IEnumerable<string> AttributesOf(ReceivedSpan span) =>
        span.Attributes.Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal);

    /// <summary>Waits until two scrapes have found the request in progress. The request then waits for the token.</summary>
    private static async Task WaitForRequestInProgressAsync(Uri admin)
    {
        using var http = new HttpClient();
        var seen = new HashSet<string>(StringComparer.Ordinal);
        while (seen.Count < 2)
        {
            var metrics = await http.GetStringAsync(new Uri(admin, "/metrics"), TestContext.Current.CancellationToken);
            if (metrics.Contains("http_server_active_requests{} 1\n", StringComparison.Ordinal))
                seen.Add(metrics);
        }
    }
}
