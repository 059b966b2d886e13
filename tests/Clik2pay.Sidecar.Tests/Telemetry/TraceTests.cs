using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tests.Requests;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Telemetry;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Clik2pay.Sidecar.Tests.Telemetry;

/// <summary>Spans as a collector gets them. The program is a process of its own, since a listener to spans listens to all of a process.</summary>
[Collection(Alone.Name)]
public sealed class TraceTests
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";
    private const string CallerSpanId = "b7ad6b7169203331";
    private const string Sidecar = "Clik2pay.Sidecar";
    private const int Server = 2; // the kind
    private const string Client = "System.Net.Http";

    [Theory]
    [InlineData("http/protobuf")]
    [InlineData("grpc")]
    public async Task Of_a_cold_start_the_spans_of_caller_server_upstream_and_refresh_hang_together(string protocol)
    {
        await using var rig = await Rig.StartAsync(protocol);
        var gate = new TaskCompletionSource();
        rig.TokenEndpoint.Gate = gate.Task;
        await using var program = rig.Run();
        var (address, admin) = await program.WaitForAddressesAsync();

        // The caller is traced too, and sends its spans to the same collector.
        using var source = new ActivitySource("caller");
        using (var tracing = rig.TraceCaller(protocol))
        using (source.StartActivity("pay"))
        using (var caller = new HttpClient())
        {
            var answer = caller.GetAsync(new Uri(address, "/open/v1/payment-requests?secret=query"));
            await WaitUntilItWaitsAsync(admin);
            gate.SetResult();
            Assert.Equal(HttpStatusCode.OK, (await answer).StatusCode);
        }

        var callers = await rig.Receiver.WaitForAsync(span => span is { Source: "caller", Name: "pay" });
        var server = await rig.Receiver.WaitForAsync(span => span is { Kind: Server });
        var callersHttp = await rig.Receiver.WaitForAsync(span => span.Source == Client && span.SpanId == server.ParentId);
        var upstream = await rig.Receiver.WaitForAsync(span => span.Kind == 3 && span.ParentId == server.SpanId);
        var wait = await rig.Receiver.WaitForAsync(span => span is { Source: Sidecar, Name: "wait for access token" });
        var refresh = await rig.Receiver.WaitForAsync(span => span is { Source: Sidecar, Name: "refresh access token" });
        var call = await rig.Receiver.WaitForAsync(span => span is { Source: Sidecar, Name: "call token endpoint" });
        var lease = await rig.Receiver.WaitForAsync(span => span is { Source: Sidecar, Name: "acquire lease" });
        var callHttp = await rig.Receiver.WaitForAsync(span => span.Kind == 3 && span.ParentId == call.SpanId);

        // One trace from the caller to upstream.
        Assert.All([callersHttp, server, upstream, wait], span => Assert.Equal(callers.TraceId, span.TraceId));
        Assert.Equal((callers.SpanId, server.SpanId), (callersHttp.ParentId, wait.ParentId));

        // The refresh has a trace of its own, to which the request that waited for it links.
        Assert.Equal([(refresh.TraceId, refresh.SpanId)], wait.Links);
        Assert.Equal("", refresh.ParentId);
        Assert.All([call, lease], span => Assert.Equal(refresh.SpanId, span.ParentId));
        Assert.Equal((refresh.TraceId, 3), (callHttp.TraceId, callHttp.Kind));
        Assert.Equal(("startup", "success"), (refresh.Attributes["clik2pay.sidecar.trigger"], refresh.Attributes["clik2pay.sidecar.outcome"]));
    }

    [Fact]
    public async Task Spans_follow_the_conventions_and_hold_neither_query_nor_headers()
    {
        await using var rig = await Rig.StartAsync();
        await using var program = rig.Run();
        var address = await program.WaitForAddressAsync();

        await RawConnection.AskAsync(address, "GET /open/v1/a?secret=query HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nUser-Agent: secret-agent\r\nX-Secret: secret-header\r\nbaggage: secret=baggage\r\n\r\n");

        var server = await rig.Receiver.WaitForAsync(span => span.Kind == Server);
        Assert.Equal(("GET /open/v1/{**rest}", 2, false), (server.Name, server.Kind, server.IsError));
        Assert.Equal(
            ["http.request.method=GET", "http.response.status_code=200", "http.route=/open/v1/{**rest}", "network.protocol.version=1.1", "url.path=/open/v1/a", "url.scheme=http"],
            server.Attributes.Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal));

        var upstream = await rig.Receiver.WaitForAsync(span => span.Kind == 3 && span.ParentId == server.SpanId);
        Assert.Equal(("GET", 3), (upstream.Name, upstream.Kind));
        Assert.Equal(
            ["http.request.method=GET", "http.response.status_code=200", "network.protocol.version=1.1", "server.address=127.0.0.1", $"server.port={new Uri(rig.Upstream.Address).Port}", $"url.full={rig.Upstream.Address}/open/v1/a"],
            upstream.Attributes.Select(pair => $"{pair.Key}={pair.Value}").Order(StringComparer.Ordinal));
        Assert.Equal(("clik2pay-sidecar", BuildVersion), (server.Resource["service.name"], server.Resource["service.version"]));

        Assert.All(rig.Receiver.Received, request => Assert.DoesNotContain("secret", request.Body, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Answers_of_our_own_and_failures_of_upstream_are_errors_by_their_code_and_quote_nothing()
    {
        await using var upstream = new WireUpstream { Respond = _ => "HTTP/1.1 2OO secret-words\r\n\r\n" };
        await using var rig = await Rig.StartAsync();
        await using var program = rig.Run(("Clik2pay:ApiBaseUrl", upstream.Address));
        var address = await program.WaitForAddressAsync();

        await RawConnection.AskAsync(address, "GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        var server = await rig.Receiver.WaitForAsync(span => span.Kind == Server);
        var client = await rig.Receiver.WaitForAsync(span => span.Kind == 3 && span.ParentId == server.SpanId);

        Assert.Equal(("upstream_unreachable", "502", true), (server.Attributes["error.type"], server.Attributes["http.response.status_code"], server.IsError));
        Assert.True(client.IsError);
        Assert.Equal("invalid_response", client.Attributes["error.type"]);
        Assert.Empty(client.Events);
        Assert.All(rig.Receiver.Received, request => Assert.DoesNotContain("secret", request.Body, StringComparison.Ordinal));

        await RawConnection.AskAsync(address, "GET /elsewhere HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        var refused = await rig.Receiver.WaitForAsync(span => span.Kind == Server && span.Attributes["http.response.status_code"] == "404");
        Assert.Equal(("GET", "no_route", false), (refused.Name, refused.Attributes["error.type"], refused.IsError));
        Assert.False(refused.Attributes.ContainsKey("url.path"));
    }

    [Theory]
    [InlineData($"traceparent: 00-{TraceId}-{CallerSpanId}-01\r\ntracestate: a=b\r\n", true)]
    [InlineData($"traceparent: 00-{TraceId}-{CallerSpanId}-00\r\n", false)]
    [InlineData("", true)]
    public async Task The_callers_traceparent_is_the_parent_and_goes_on_as_it_came_and_only_if_it_came(string headers, bool isSampled)
    {
        await using var rig = await Rig.StartAsync();
        await using var program = rig.Run();
        var address = await program.WaitForAddressAsync();

        await RawConnection.AskAsync(address, $"GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{headers}\r\n");

        var sent = rig.Upstream.Single().Headers;
        var names = new[] { "traceparent", "tracestate", "baggage", "Request-Id", "Correlation-Context" };
        Assert.Equal(headers, string.Concat(names.Where(sent.ContainsKey).Select(name => $"{name}: {sent[name]}\r\n")));

        // What the caller does not sample is not exported; the next request shows that spans do arrive.
        await RawConnection.AskAsync(address, "GET /open/v1/next HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        await rig.Receiver.WaitForAsync(span => span.Kind == Server && span.Attributes.GetValueOrDefault("url.path") == "/open/v1/next");
        var server = rig.Receiver.Spans.SingleOrDefault(span => span.Kind == Server && span.Attributes["url.path"] == "/open/v1/a");
        Assert.Equal(isSampled, server is not null);
        if (isSampled && headers.Length > 0)
            Assert.Equal((TraceId, CallerSpanId), (server!.TraceId, server.ParentId));
        Assert.DoesNotContain(rig.TokenEndpoint.Received, call => call.Headers.ContainsKey("traceparent"));
    }

    [Fact]
    public async Task Probes_scrapes_and_the_status_page_leave_no_span()
    {
        await using var rig = await Rig.StartAsync();
        await using var program = rig.Run();
        var (address, admin) = await program.WaitForAddressesAsync();
        using var http = new HttpClient();
        foreach (var path in (string[])["/readyz", "/metrics", "/status", "/"])
            await http.GetAsync(new Uri(admin, path));

        await http.GetAsync(new Uri(address, "/open/v1/a"));

        await rig.Receiver.WaitForAsync(span => span.Kind == Server && span.Attributes["url.path"] == "/open/v1/a");
        Assert.Single(rig.Receiver.Spans, span => span.Kind == Server);
    }

    [Fact]
    public async Task A_replay_after_a_401_is_a_second_span_of_upstream_and_its_wait_links_to_the_refresh()
    {
        await using var rig = await Rig.StartAsync();
        rig.Upstream.Respond = context =>
        {
            context.Response.StatusCode = context.Request.Headers.Authorization == "Bearer access_token_1" ? 401 : 200;
            return Task.CompletedTask;
        };
        await using var program = rig.Run();
        var address = await program.WaitForAddressAsync();
        using var caller = new HttpClient { BaseAddress = address };

        Assert.Equal(HttpStatusCode.OK, (await caller.GetAsync("/open/v1/a")).StatusCode);

        var server = await rig.Receiver.WaitForAsync(span => span.Kind == Server);
        var refresh = await rig.Receiver.WaitForAsync(span => span.Name == "refresh access token" && span.Attributes["clik2pay.sidecar.trigger"] == "unauthorized");
        Assert.Equal(["200", "401"], rig.Receiver.Spans.Where(span => span.Kind == 3 && span.ParentId == server.SpanId).Select(span => span.Attributes["http.response.status_code"]).Order(StringComparer.Ordinal));
        Assert.Contains(rig.Receiver.Spans, span => span.Name == "wait for access token" && span.ParentId == server.SpanId && span.Links.SequenceEqual([(refresh.TraceId, refresh.SpanId)]));
    }

    [Fact]
    public async Task The_variables_of_the_specification_count()
    {
        await using var rig = await Rig.StartAsync();
        await using var program = rig.Run(
            ("OTEL_SERVICE_NAME", "payments"),
            ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test,service.instance.id=one"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Basic%20abc"),
            ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "3"));
        var address = await program.WaitForAddressAsync();
        using var caller = new HttpClient { BaseAddress = address };
        await caller.GetAsync("/open/v1/a");

        var server = await rig.Receiver.WaitForAsync(span => span.Kind == Server);
        Assert.Equal(("payments", "test", "one"), (server.Resource["service.name"], server.Resource["deployment.environment.name"], server.Resource["service.instance.id"]));
        Assert.Equal(3, server.Attributes.Count);
        Assert.All(rig.Receiver.Received, request => Assert.Equal("Basic abc", request.Headers.Authorization));
    }

    [Fact]
    public async Task Attributes_have_an_end_without_being_asked_for()
    {
        await using var rig = await Rig.StartAsync();
        await using var program = rig.Run();
        await RawConnection.AskAsync(await program.WaitForAddressAsync(), $"GET /open/v1/{new string('a', 5000)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        Assert.Equal(1024, (await rig.Receiver.WaitForAsync(span => span.Kind == Server)).Attributes["url.path"].Length);
    }

    [Fact]
    public async Task No_variable_puts_queries_on_spans_and_attributes_can_be_shorter()
    {
        await using var rig = await Rig.StartAsync();
        await using var program = rig.Run(("DOTNET_SYSTEM_NET_HTTP_DISABLEURIREDACTION", "true"), ("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "100"));
        var address = await program.WaitForAddressAsync();

        await RawConnection.AskAsync(address, $"GET /open/v1/{new string('a', 5000)}?secret=query HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\ntraceparent: 00-{TraceId}-{CallerSpanId}-01\r\ntracestate: secret=state\r\n\r\n");
        var server = await rig.Receiver.WaitForAsync(span => span.Kind == Server);
        var client = await rig.Receiver.WaitForAsync(span => span.Kind == 3 && span.ParentId == server.SpanId);

        Assert.Equal((100, 100), (server.Attributes["url.path"].Length, client.Attributes["url.full"].Length));
        Assert.Equal("secret=state", rig.Upstream.Single().Headers["tracestate"]);
        Assert.All(rig.Receiver.Received, request => Assert.DoesNotContain("secret", request.Body, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "secretheaders")]
    [InlineData("OTEL_METRIC_EXPORT_INTERVAL", "0")]
    [InlineData("OTEL_EXPORTER_OTLP_CERTIFICATE", "/secret/path")]
    public async Task A_variable_that_cannot_be_used_ends_the_start_with_a_sentence_without_its_value(string variable, string value)
    {
        await using var rig = await Rig.StartAsync();
        await using var program = rig.Run((variable, value), ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://127.0.0.1:1"));

        Assert.Equal(2, await program.WaitForExitAsync());

        var line = Assert.Single(program.Output);
        Assert.StartsWith("OTEL_…: a variable of OpenTelemetry has a value that cannot be used (", line, StringComparison.Ordinal);
        Assert.Contains(variable, line, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collector_that_hangs_holds_up_neither_callers_nor_the_end()
    {
        using var collector = new TcpListener(IPAddress.Loopback, 0);
        collector.Start();
        await using var rig = await Rig.StartAsync();
        await using var program = rig.Run(("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://{collector.LocalEndpoint}"));
        using var caller = new HttpClient { BaseAddress = await program.WaitForAddressAsync() };
        for (var i = 0; i < 100; i++)
            Assert.Equal(HttpStatusCode.OK, (await caller.GetAsync("/open/v1/a")).StatusCode);

        var signalled = SystemDefaults.Time.GetTimestamp();
        program.Signal(SidecarProcess.Terminate);
        Assert.Equal(0, await program.WaitForExitAsync());

        // The SDK alone would take 10 s.
        var elapsed = SystemDefaults.Time.GetElapsedTime(signalled);
        Figures.Report($"SIGTERM with a collector that hangs: ended after {elapsed.TotalSeconds:0.0} s");
        Assert.InRange(elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(9));
    }

    [Theory]
    [InlineData("OTEL_TRACES_SAMPLER", "always_off")]
    [InlineData("OTEL_TRACES_EXPORTER", "none")]
    [InlineData("OTEL_SDK_DISABLED", "true")]
    public async Task What_turns_spans_off_does(string variable, string value)
    {
        await using var rig = await Rig.StartAsync();
        await using (var program = rig.Run((variable, value)))
        {
            var address = await program.WaitForAddressAsync();
            foreach (var header in (string[])["", "traceparent: what-no-one-can-read\r\n"])
                Assert.StartsWith("HTTP/1.1 200 ", await RawConnection.AskAsync(address, $"GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{header}\r\n"), StringComparison.Ordinal);

            // What is left would be sent at the end.
            program.Signal(SidecarProcess.Terminate);
            Assert.Equal(0, await program.WaitForExitAsync());
        }

        Assert.Empty(rig.Receiver.Spans);
    }

    [Fact]
    public async Task An_exemplar_names_the_trace_of_a_request()
    {
        await using var rig = await Rig.StartAsync();
        await using var program = rig.Run();
        var (address, admin) = await program.WaitForAddressesAsync();
        using var http = new HttpClient();
        await http.GetAsync(new Uri(address, "/open/v1/a"));
        var server = await rig.Receiver.WaitForAsync(span => span.Kind == Server);

        http.DefaultRequestHeaders.TryAddWithoutValidation("Accept", "application/openmetrics-text;version=1.0.0");
        var metrics = await http.GetStringAsync(new Uri(admin, "/metrics"));

        var exemplar = Assert.Single(metrics.Split('\n'), line => line.StartsWith("http_server_request_duration_seconds_bucket", StringComparison.Ordinal) && line.Contains(" # {", StringComparison.Ordinal));
        Assert.Contains($"trace_id=\"{server.TraceId}\",span_id=\"{server.SpanId}\"", exemplar, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_are_pushed_to_an_endpoint_too()
    {
        await using var rig = await Rig.StartAsync();
        await using var program = rig.Run();
        await program.WaitForAddressAsync();

        var body = await rig.Receiver.WaitForBodyAsync("/v1/metrics", containing: "http.client.request.duration");

        Assert.Contains("clik2pay.sidecar.token_refreshes", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_endpoint_nothing_is_exported()
    {
        await using var rig = await Rig.StartAsync();
        await using (var program = rig.Run(("OTEL_EXPORTER_OTLP_ENDPOINT", "")))
        {
            using var caller = new HttpClient { BaseAddress = await program.WaitForAddressAsync() };
            await caller.GetAsync("/open/v1/a");
            program.Signal(SidecarProcess.Terminate);
            Assert.Equal(0, await program.WaitForExitAsync());
        }

        Assert.Empty(rig.Receiver.Received);
    }

    /// <summary>Until a request has been under way for two scrapes: by then it waits for the token.</summary>
    private static async Task WaitUntilItWaitsAsync(Uri admin)
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

    private static string BuildVersion => typeof(Program).Assembly.GetName().Version!.ToString(3);

    private sealed class Rig : IAsyncDisposable
    {
        private readonly string protocol;

        private Rig(RecordingUpstream upstream, FakeTokenEndpoint tokenEndpoint, OtlpReceiver receiver, string protocol) =>
            (Upstream, TokenEndpoint, Receiver, this.protocol) = (upstream, tokenEndpoint, receiver, protocol);

        public RecordingUpstream Upstream { get; }

        public FakeTokenEndpoint TokenEndpoint { get; }

        public OtlpReceiver Receiver { get; }

        public static async Task<Rig> StartAsync(string protocol = "http/protobuf") =>
            new(await RecordingUpstream.StartAsync(), await FakeTokenEndpoint.StartAsync(), await OtlpReceiver.StartAsync(), protocol);

        public SidecarProcess Run(params IEnumerable<(string Key, string Value)> settings) =>
            SidecarProcess.Start(SidecarProcess.Environment(Upstream, TokenEndpoint, [.. Receiver.Settings(protocol), .. settings]), "run");

        /// <summary>The test itself as an application that is traced.</summary>
        public TracerProvider TraceCaller(string by) => Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource => resource.Clear().AddService("caller"))
            .AddSource("caller", Client)
            .AddOtlpExporter(options =>
            {
                options.Protocol = by == "grpc" ? OtlpExportProtocol.Grpc : OtlpExportProtocol.HttpProtobuf;
                options.Endpoint = new(by == "grpc" ? Receiver.GrpcAddress : $"{Receiver.HttpAddress}/v1/traces");
            })
            .Build();

        public async ValueTask DisposeAsync()
        {
            await Upstream.DisposeAsync();
            await TokenEndpoint.DisposeAsync();
            await Receiver.DisposeAsync();
        }
    }
}
