using System.Text.RegularExpressions;
using Clik2pay.Sidecar.Tests.Requests.Replay;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Telemetry;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Telemetry;

/// <summary>The metric <c>http_client_request_duration_seconds</c>: one measurement for each call to the provider.</summary>
public sealed partial class CallDurationTests
{
    private const string Count = "http_client_request_duration_seconds_count";

    private static readonly string[] NoCall = [];

    [Theory]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n", "http_response_status_code=\"200\",network_protocol_version=\"1.1\"")]
    [InlineData("HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", "http_response_status_code=\"200\",network_protocol_version=\"1.0\"")]
    [InlineData("HTTP/1.1 100 \r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n",
        "http_response_status_code=\"200\",network_protocol_version=\"1.1\"")]
    [InlineData("HTTP/1.1 205 Reset Content\r\nContent-Length: 1\r\n\r\nx",
        "http_response_status_code=\"205\",network_protocol_version=\"1.1\"")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: 9\r\nConnection: close\r\n\r\ncut",
        "http_response_status_code=\"200\",network_protocol_version=\"1.1\"")]
    [InlineData("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n",
        "http_response_status_code=\"404\",network_protocol_version=\"1.1\"", "404")]
    [InlineData("HTTP/1.1 200", "", "response_ended")]
    [InlineData("HTTP/1.1 200 OK\r\nX-A: a\u0001b\r\nContent-Length: 0\r\n\r\n", "", "invalid_response")]
    [InlineData("HTTP/1.1 200 OK\r\nContent-Length: +4\r\n\r\ndone", "", "invalid_response")]
    [InlineData("garbage\r\n\r\n", "", "invalid_response")]
    public async Task A_call_is_recorded_once_with_its_result(string response, string labels, string? error = null)
    {
        await using var upstream = new WireUpstream { Respond = _ => response };
        await using var sidecar = await TestSidecar.StartAsync(upstream);

        await SendAsync(sidecar, "DELETE");

        Assert.Equal([Series("DELETE", labels, error)], await ApiCallsAsync(sidecar));
    }

    [Fact]
    public async Task Both_calls_of_a_replayed_request_are_recorded()
    {
        await using var upstream = new WireUpstream { Respond = FirstTokenRejected.Respond };
        await using var sidecar = await TestSidecar.StartAsync(upstream);

        await SendAsync(sidecar, "POST");

        Assert.Equal(
            [
                Series("POST", "http_response_status_code=\"401\",network_protocol_version=\"1.1\"", "401"),
                Series("POST", "http_response_status_code=\"200\",network_protocol_version=\"1.1\"", error: null),
            ],
            await ApiCallsAsync(sidecar));
    }

    [Fact]
    public async Task A_call_to_a_port_without_a_listener_is_a_connection_error()
    {
        await using var sidecar = await TestSidecar.StartAsync([("Clik2pay:ApiBaseUrl", "http://127.0.0.1:1")]);

        await SendAsync(sidecar, "GET");

        Assert.Equal([Series("GET", labels: "", "connection_error")], await ApiCallsAsync(sidecar));
    }

    [Fact]
    public async Task A_call_that_the_caller_leaves_is_recorded_with_the_type_of_the_exception()
    {
        var called = new TaskCompletionSource();
        await using var sidecar = await TestSidecar.StartAsync();
        sidecar.Upstream.Respond = async context =>
        {
            called.TrySetResult();
            await new TaskCompletionSource().Task.WaitAsync(context.RequestAborted);
        };
        using var leaving = new CancellationTokenSource();

        var request = sidecar.Caller.GetAsync("/open/v1/a", leaving.Token);
        await called.Task.WaitAsync(TestContext.Current.CancellationToken);
        await leaving.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => request);

        Assert.Equal([Series("GET", labels: "", "System.Threading.Tasks.TaskCanceledException")], await ApiCallsAsync(sidecar));
    }

    [Fact]
    public async Task A_streamed_body_that_the_caller_breaks_off_is_a_failure_of_the_HTTP_client()
    {
        await using var upstream = new WireUpstream();
        await using var sidecar = await TestSidecar.StartAsync(upstream);

        await upstream.ReceiveMalformedBodyAsync(sidecar.Address);

        Assert.Equal([Series("POST", labels: "", "System.Net.Http.HttpRequestException")], await ApiCallsAsync(sidecar));
    }

    [Fact]
    public async Task A_request_that_is_not_sent_is_not_recorded()
    {
        await using var sidecar = await TestSidecar.StartAsync(arrange: endpoint => endpoint.Fault = FakeTokenEndpoint.Respond(400, "{}"));

        await SendAsync(sidecar, "GET");
        await SendAsync(sidecar, "TRACE");

        Assert.Equal(NoCall, await ApiCallsAsync(sidecar));
    }

    [Fact]
    public async Task Token_calls_have_a_label_and_their_own_address()
    {
        await using var sidecar = await TestSidecar.StartAsync();
        await SendAsync(sidecar, "GET");

        var calls = await CallsAsync(sidecar);

        var (api, token) = (new Uri(sidecar.Upstream.Address).Port, sidecar.TokenEndpoint.Address.Port);
        Assert.Equal(
            [
                $"clik2pay_sidecar_target=\"token_endpoint\",{Address("POST", token)} 1",
                $"{Address("GET", api)} 1",
            ],
            calls);

        static string Address(string method, int port) => $"http_request_method=\"{method}\",http_response_status_code=\"200\","
            + $"network_protocol_version=\"1.1\",server_address=\"127.0.0.1\",server_port=\"{port}\",url_scheme=\"http\"";
    }

    /// <summary>The exporter sorts labels by name.</summary>
    private static string Series(string method, string labels, string? error) =>
        $"{(error is null ? "" : $"error_type=\"{error}\",")}http_request_method=\"{method}\"{(labels.Length > 0 ? "," : "")}{labels} 1";

    private static async Task SendAsync(TestSidecar sidecar, string method)
    {
        using var request = new HttpRequestMessage(new(method), "/open/v1/a");
        try
        {
            using var response = await sidecar.Caller.SendAsync(request);
        }
        catch (HttpRequestException)
        {
            // The response was cut off.
        }
    }

    /// <returns>The labels and the count of each series of calls to the API, without the address.</returns>
    private static async Task<IReadOnlyList<string>> ApiCallsAsync(TestSidecar sidecar) =>
    [
        .. (await CallsAsync(sidecar))
            .Where(call => !call.Contains("token_endpoint", StringComparison.Ordinal))
            .Select(call => ServerLabels().Replace(call, ""))
            .Order(StringComparer.Ordinal),
    ];

    private static async Task<IReadOnlyList<string>> CallsAsync(TestSidecar sidecar) =>
    [
        .. (await Scrape.ReadAsync(sidecar)).Split('\n')
            .Where(line => line.StartsWith(Count + "{", StringComparison.Ordinal))
            .Select(line => line[(Count.Length + 1)..].Replace("}", "", StringComparison.Ordinal))
            .Order(StringComparer.Ordinal),
    ];

    [GeneratedRegex(",(server_address|server_port|url_scheme)=\"[^\"]*\"", RegexOptions.ExplicitCapture | RegexOptions.NonBacktracking)]
    private static partial Regex ServerLabels();
}
