using System.Net;
using System.Net.Sockets;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tests.Requests;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Telemetry;

/// <summary>The export to a collector, and the variables that configure it.</summary>
[Collection(SerialTests.Name)]
public sealed class ExportTests
{
    private const string Get = "GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n";

    [Fact]
    public async Task The_variables_of_the_OpenTelemetry_specification_take_effect()
    {
        await using var rig = await TraceRig.StartAsync();
        await using var program = rig.Run(
            ("OTEL_SERVICE_NAME", "payments"),
            ("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=test,service.instance.id=one"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "authorization=Basic%20abc"),
            ("OTEL_SPAN_ATTRIBUTE_COUNT_LIMIT", "3"));
        using var caller = new HttpClient { BaseAddress = await program.WaitForAddressAsync() };
        await caller.GetAsync("/open/v1/a");

        var server = await rig.WaitForServerSpanAsync();
        Assert.Equal("payments", server.Resource["service.name"]);
        Assert.Equal("test", server.Resource["deployment.environment.name"]);
        Assert.Equal("one", server.Resource["service.instance.id"]);
        Assert.Equal(3, server.Attributes.Count);
        Assert.All(rig.Receiver.Received, request => Assert.Equal("Basic abc", request.Headers.Authorization));
    }

    [Fact]
    public async Task Variables_of_one_signal_take_precedence_and_their_endpoint_is_used_with_its_path()
    {
        await using var rig = await TraceRig.StartAsync();
        await using var program = rig.Run(
            ("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1"),
            ("OTEL_EXPORTER_OTLP_PROTOCOL", "grpc"),
            ("OTEL_EXPORTER_OTLP_HEADERS", "x-signal=all"),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", $"{rig.Receiver.HttpAddress}/tenant/v1/traces"),
            ("OTEL_EXPORTER_OTLP_TRACES_PROTOCOL", "http/protobuf"),
            ("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "x-signal=traces"),
            ("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", $"{rig.Receiver.HttpAddress}/tenant/v1/metrics"),
            ("OTEL_EXPORTER_OTLP_METRICS_PROTOCOL", "http/protobuf"));
        using var caller = new HttpClient { BaseAddress = await program.WaitForAddressAsync() };
        await caller.GetAsync("/open/v1/a");

        await rig.WaitForServerSpanAsync();
        await rig.Receiver.WaitForBodyAsync("/tenant/v1/metrics", "http.server.request.duration");
        var requests = rig.Receiver.Received.Select(request => (request.Path, request.Headers["x-signal"].ToString())).ToHashSet();
        Assert.Equal([("/tenant/v1/metrics", "all"), ("/tenant/v1/traces", "traces")], requests.Order());
    }

    [Fact]
    public async Task By_default_an_attribute_has_at_most_1024_characters()
    {
        await using var rig = await TraceRig.StartAsync();
        await using var program = rig.Run();

        await RawConnection.ExchangeAsync(
            await program.WaitForAddressAsync(),
            $"GET /open/v1/{new string('a', 5000)} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        Assert.Equal(1024, (await rig.WaitForServerSpanAsync()).Attributes["url.path"].Length);
    }

    [Fact]
    public async Task A_variable_can_shorten_attributes_and_no_variable_adds_queries_to_spans()
    {
        await using var rig = await TraceRig.StartAsync();
        await using var program = rig.Run(
            ("DOTNET_SYSTEM_NET_HTTP_DISABLEURIREDACTION", "true"), ("OTEL_SPAN_ATTRIBUTE_VALUE_LENGTH_LIMIT", "100"));
        var address = await program.WaitForAddressAsync();

        const string trace = "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\ntracestate: secret=state\r\n";
        await RawConnection.ExchangeAsync(
            address,
            $"GET /open/v1/{new string('a', 5000)}?secret=query HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{trace}\r\n");
        var server = await rig.WaitForServerSpanAsync();
        var client = await rig.Receiver.WaitForAsync(
            span => span.Kind == TraceRig.ClientKind && span.ParentId == server.SpanId);

        Assert.Equal((100, 100), (server.Attributes["url.path"].Length, client.Attributes["url.full"].Length));
        Assert.Equal("secret=state", rig.Upstream.Single().Headers["tracestate"]);
        Assert.All(rig.Receiver.Received, request => Assert.DoesNotContain("secret", request.Body, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("OTEL_EXPORTER_OTLP_HEADERS", "secretheaders")]
    [InlineData("OTEL_METRIC_EXPORT_INTERVAL", "0")]
    [InlineData("OTEL_EXPORTER_OTLP_CERTIFICATE", "/secret/path")]
    public async Task An_invalid_variable_ends_the_start_with_exit_code_2_and_one_line_without_the_value(string variable, string value)
    {
        await using var rig = await TraceRig.StartAsync();
        await using var program = rig.Run((variable, value), ("OTEL_EXPORTER_OTLP_ENDPOINT", "https://127.0.0.1:1"));

        Assert.Equal(2, await program.WaitForExitAsync());

        var line = Assert.Single(program.Output);
        Assert.StartsWith("OTEL_…: the value of an OpenTelemetry variable is not valid (", line, StringComparison.Ordinal);
        Assert.Contains(variable, line, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_collector_that_hangs_delays_neither_callers_nor_the_shutdown()
    {
        using var collector = new TcpListener(IPAddress.Loopback, 0);
        collector.Start();
        await using var rig = await TraceRig.StartAsync();
        await using var program = rig.Run(("OTEL_EXPORTER_OTLP_ENDPOINT", $"http://{collector.LocalEndpoint}"));
        using var caller = new HttpClient { BaseAddress = await program.WaitForAddressAsync() };
        for (var i = 0; i < 100; i++)
            Assert.Equal(HttpStatusCode.OK, (await caller.GetAsync("/open/v1/a")).StatusCode);

        var signaledAt = SystemDefaults.Time.GetTimestamp();
        program.Signal(SidecarProcess.Terminate);
        Assert.Equal(0, await program.WaitForExitAsync());

        // Without the sidecar's own limit, the SDK would wait up to 10 s.
        var elapsed = SystemDefaults.Time.GetElapsedTime(signaledAt);
        Figures.Report($"SIGTERM with a collector that hangs: the sidecar ended after {elapsed.TotalSeconds:0.0} s");
        Assert.InRange(elapsed, TimeSpan.Zero, TimeSpan.FromSeconds(9));
    }

    [Theory]
    [InlineData("OTEL_TRACES_SAMPLER", "always_off")]
    [InlineData("OTEL_TRACES_EXPORTER", "none")]
    [InlineData("OTEL_SDK_DISABLED", "true")]
    public async Task Variables_can_turn_spans_off(string variable, string value)
    {
        await using var rig = await TraceRig.StartAsync();
        await using (var program = rig.Run((variable, value)))
        {
            var address = await program.WaitForAddressAsync();
            foreach (var header in (string[])["", "traceparent: invalid\r\n"])
            {
                var response = await RawConnection.ExchangeAsync(address, $"{Get}{header}\r\n");
                Assert.StartsWith("HTTP/1.1 200 ", response, StringComparison.Ordinal);
            }

            // The shutdown exports all remaining spans.
            program.Signal(SidecarProcess.Terminate);
            Assert.Equal(0, await program.WaitForExitAsync());
        }

        Assert.Empty(rig.Receiver.Spans);
    }

    [Fact]
    public async Task An_exemplar_names_the_trace_of_a_request()
    {
        await using var rig = await TraceRig.StartAsync();
        await using var program = rig.Run();
        var (address, admin) = await program.WaitForAddressesAsync();
        using var http = new HttpClient();
        await http.GetAsync(new Uri(address, "/open/v1/a"));
        var server = await rig.WaitForServerSpanAsync();

        http.DefaultRequestHeaders.TryAddWithoutValidation("Accept", "application/openmetrics-text;version=1.0.0");
        var metrics = await http.GetStringAsync(new Uri(admin, "/metrics"));

        var exemplar = Assert.Single(
            metrics.Split('\n'),
            line => line.StartsWith("http_server_request_duration_seconds_bucket", StringComparison.Ordinal)
                && line.Contains(" # {", StringComparison.Ordinal));
        Assert.Contains($"trace_id=\"{server.TraceId}\",span_id=\"{server.SpanId}\"", exemplar, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Metrics_are_exported_to_the_collector()
    {
        await using var rig = await TraceRig.StartAsync();
        await using var program = rig.Run();
        await program.WaitForAddressAsync();

        var body = await rig.Receiver.WaitForBodyAsync("/v1/metrics", containing: "http.client.request.duration");

        Assert.Contains("clik2pay.sidecar.token_refreshes", body, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Without_an_endpoint_nothing_is_exported()
    {
        await using var rig = await TraceRig.StartAsync();
        await using (var program = rig.Run(("OTEL_EXPORTER_OTLP_ENDPOINT", "")))
        {
            using var caller = new HttpClient { BaseAddress = await program.WaitForAddressAsync() };
            await caller.GetAsync("/open/v1/a");
            program.Signal(SidecarProcess.Terminate);
            Assert.Equal(0, await program.WaitForExitAsync());
        }

        Assert.Empty(rig.Receiver.Received);
    }
}
