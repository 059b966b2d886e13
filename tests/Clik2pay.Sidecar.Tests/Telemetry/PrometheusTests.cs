using System.Net;
using System.Net.Sockets;
using System.Text;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Telemetry;

namespace Clik2pay.Sidecar.Tests.Telemetry;

/// <summary>The path <c>/metrics</c>: its format, and concurrent scrapes.</summary>
public sealed class PrometheusTests
{
    private const string OpenMetrics = "application/openmetrics-text; version=1.0.0; charset=utf-8";
    private const string PlainText = "text/plain; version=0.0.4; charset=utf-8";

    [Fact]
    public async Task Promtool_finds_no_problem_in_the_response()
    {
        await using var sidecar = await TestSidecar.StartAsync(
        [
            ("ReverseProxy:Routes:odd:ClusterId", "clik2pay"), ("ReverseProxy:Routes:odd:Match:Path", "/odd/{id:regex(^\\d\"+$)}"),
        ]);
        await sidecar.Caller.GetAsync("/open/v1/a");
        await sidecar.Caller.GetAsync("/odd/1%22");
        await sidecar.Caller.GetAsync("/elsewhere");
        sidecar.Upstream.Respond = context =>
        {
            context.Response.StatusCode = 401;
            return Task.CompletedTask;
        };
        await sidecar.Caller.GetAsync("/open/v1/a");

        var text = await Scrape.ReadAsync(sidecar);

        Assert.Contains("""http_route="/odd/{id:regex(^\\d\"+$)}",""", text, StringComparison.Ordinal);
        Assert.Equal("", await Promtool.CheckMetricsAsync(text));
    }

    [Fact]
    public async Task Promtool_finds_a_problem_in_an_invalid_text() =>
        Assert.Contains("no help text", await Promtool.CheckMetricsAsync("a_total 1\n"), StringComparison.Ordinal);

    [Theory]
    [InlineData(null, PlainText, false)]
    [InlineData("text/plain", PlainText, false)]
    [InlineData(
        "application/openmetrics-text;version=1.0.0,application/openmetrics-text;version=0.0.1;q=0.75,"
            + "text/plain;version=0.0.4;q=0.5,*/*;q=0.1",
        OpenMetrics,
        true)]
    public async Task A_client_gets_the_format_that_it_accepts(string? accept, string contentType, bool isOpenMetrics)
    {
        await using var sidecar = await TestSidecar.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        if (accept is not null)
            request.Headers.TryAddWithoutValidation("Accept", accept);

        var response = await sidecar.Admin.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();

        var actual = string.Join(',', response.Content.Headers.NonValidated["Content-Type"]);
        Assert.StartsWith(contentType, actual, StringComparison.Ordinal);
        Assert.Equal(isOpenMetrics, text.EndsWith("# EOF\n", StringComparison.Ordinal));
        var suffix = isOpenMetrics ? "" : "_total";
        Assert.Contains($"# TYPE clik2pay_sidecar_token_refreshes{suffix} counter\n", text, StringComparison.Ordinal);
        const string unit = "# UNIT clik2pay_sidecar_token_lifetime_seconds seconds\n";
        Assert.Equal(isOpenMetrics, text.Contains(unit, StringComparison.Ordinal));
    }

    [Fact]
    public async Task Clients_that_do_not_read_their_responses_do_not_delay_other_scrapes()
    {
        await using var sidecar = await TestSidecar.StartAsync();
        var admin = sidecar.Admin.BaseAddress!;
        var requests = string.Concat(Enumerable.Repeat("GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n", 50));
        var clients = new List<Socket>();
        for (var i = 0; i < 20; i++)
        {
            var client = new Socket(SocketType.Stream, ProtocolType.Tcp) { ReceiveBufferSize = 1024 };
            await client.ConnectAsync(IPAddress.Loopback, admin.Port);
            await client.SendAsync(Encoding.ASCII.GetBytes(requests));
            clients.Add(client);
        }

        for (var i = 0; i < 3; i++)
        {
            var text = await Scrape.ReadAsync(sidecar).WaitAsync(TimeSpan.FromSeconds(20));
            Assert.Contains("clik2pay_sidecar_ready{} ", text, StringComparison.Ordinal);
        }

        clients.ForEach(client => client.Dispose());
    }

    [Fact]
    public async Task Concurrent_scrapes_are_all_complete()
    {
        await using var sidecar = await TestSidecar.StartAsync();
        await sidecar.Caller.GetAsync("/open/v1/a");

        var scrapes = await Task.WhenAll(Enumerable.Range(0, 50).Select(_ => Scrape.ReadAsync(sidecar)));

        Assert.All(scrapes, text => Assert.Equal(1, Scrape.Value(text, "upstream_answers_total{status_class=\"2xx\"}")));
    }

    [Fact]
    public async Task With_OTEL_SDK_DISABLED_the_response_is_404_with_the_reason()
    {
        await using var sidecar = await TestSidecar.StartAsync([("OTEL_SDK_DISABLED", "true")]);
        Assert.Equal(HttpStatusCode.OK, (await sidecar.Caller.GetAsync("/open/v1/a")).StatusCode);

        var response = await sidecar.Admin.GetAsync("/metrics");

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
        Assert.Contains("OTEL_SDK_DISABLED", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }
}
