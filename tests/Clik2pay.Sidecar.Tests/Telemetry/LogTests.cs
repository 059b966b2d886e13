using System.Net;
using System.Text.Json;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Telemetry;

/// <summary>The log of the program in both formats. Each test starts a process, because only the console logger formats the log.</summary>
public sealed class LogTests
{
    private const string TraceId = "0af7651916cd43dd8448eb211c80319c";

    [Fact]
    public async Task As_JSON_each_line_is_an_object_with_values_and_trace()
    {
        await using var rig = await StartAsync(("Sidecar:LogFormat", "json"), ("Sidecar:AccessLog", "true"));
        await rig.Program.WaitForLineAsync("Access token refreshed");
        rig.Upstream.Respond = context =>
        {
            context.Response.StatusCode = 201;
            context.Response.Headers["x-amzn-RequestId"] = "1f0c9d3e-0f5b-4a7e-9d43-3b1d2f9d6a11";
            return Task.CompletedTask;
        };
        await RawConnection.ExchangeAsync(
            rig.Address,
            "POST /open/v1/a?secret=query HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + $"traceparent: 00-{TraceId}-b7ad6b7169203331-01\r\nContent-Length: 6\r\n\r\nsecret");

        var access = JsonDocument.Parse(await rig.Program.WaitForLineAsync("\"EventId\":1400")).RootElement;
        var state = access.GetProperty("State");
        Assert.Equal(
            ("POST", "/open/v1/{**rest}", 201, "1f0c9d3e-0f5b-4a7e-9d43-3b1d2f9d6a11", "-"),
            (Text(state, "Method"), Text(state, "Route"), state.GetProperty("Status").GetInt32(), Text(state, "UpstreamRequestId"),
                Text(state, "Error")));
        Assert.InRange(state.GetProperty("Milliseconds").GetDouble(), 0, 60_000);
        Assert.Contains(
            access.GetProperty("Scopes").EnumerateArray(),
            scope => scope.TryGetProperty("TraceId", out var trace) && trace.GetString() == TraceId);

        var line = Assert.Single(rig.Program.Output, line => line.Contains("\"EventId\":1000", StringComparison.Ordinal));
        var refresh = JsonDocument.Parse(line).RootElement.GetProperty("State");
        Assert.Equal(
            ("Success", "Startup", "the token endpoint"), (Text(refresh, "Outcome"), Text(refresh, "Trigger"), Text(refresh, "Source")));
        Assert.InRange(refresh.GetProperty("SecondsToExpiry").GetInt32(), 3500, 3600);
        Assert.All(rig.Program.Output, line => Assert.Equal(JsonValueKind.Object, JsonDocument.Parse(line).RootElement.ValueKind));
        Assert.DoesNotContain("secret", rig.Program.Text(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task As_text_a_line_of_a_request_begins_with_time_and_level_and_names_the_trace()
    {
        await using var rig = await StartAsync(("Sidecar:AccessLog", "true"));
        await RawConnection.ExchangeAsync(
            rig.Address,
            "GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n"
                + $"traceparent: 00-{TraceId}-b7ad6b7169203331-01\r\n\r\n");

        var line = await rig.Program.WaitForLineAsync("GET /open/v1/{**rest}: 200 in ");

        Assert.Matches(@"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z info: Clik2pay\.Sidecar\.Requests\.AccessLog\[1400\] ", line);
        Assert.Contains($"TraceId:{TraceId}", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task By_default_there_is_no_access_log_and_no_scope()
    {
        await using var rig = await StartAsync();
        await RawConnection.ExchangeAsync(rig.Address, "GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");
        rig.Upstream.Respond = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        await RawConnection.ExchangeAsync(rig.Address, "GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        Assert.Matches(@"UpstreamFailures\[1202\] The API http", await rig.Program.WaitForLineAsync("The API "));
        Assert.DoesNotContain("[1400]", rig.Program.Text(), StringComparison.Ordinal);
        Assert.DoesNotContain("=>", rig.Program.Text(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("text", " => Profile:shop Profile shop: Access token refreshed: ")]
    [InlineData("json", "{\"Message\":\"Profile:shop\",\"Profile\":\"shop\"}")]
    public async Task With_several_profiles_a_scope_names_the_profile(string format, string expected)
    {
        await using var tokenEndpoint = await FakeTokenEndpoint.StartAsync();
        await using var rig = await StartAsync(
        [
            ("Sidecar:LogFormat", format), ("Sidecar:AccessLog", "true"),
            .. TestProfiles.Settings("shop", "http://127.0.0.1:1", tokenEndpoint.Address),
        ]);

        var line = await rig.Program.WaitForLineAsync("Profile shop: Access token refreshed");

        Assert.Contains(expected, line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_address_of_the_collector_is_logged_at_start_without_path_and_credentials()
    {
        await using var rig = await StartAsync(("OTEL_EXPORTER_OTLP_ENDPOINT", "http://user:secret@127.0.0.1:1/secret"));

        Assert.Contains(
            "Spans are sent to http://127.0.0.1:1. ", await rig.Program.WaitForLineAsync("Spans are sent"), StringComparison.Ordinal);
        Assert.DoesNotContain("secret", rig.Program.Text(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("GET /elsewhere HTTP/1.1\r\nHost: localhost\r\n", "GET -: 404 in ", "error no_route, sent no, profile default")]
    [InlineData("GET /open/v1/a HTTP/1.1\r\nHost: e.example\r\n", "GET -: 403 in ", "error caller_refused, sent no, profile -")]
    [InlineData("BREW /open/v1/a HTTP/1.1\r\nHost: localhost\r\n", "_OTHER -: 405 in ", "error bad_request, sent no, profile -")]
    public async Task The_line_of_a_refused_request_contains_no_target_and_no_unknown_method(string head, string begins, string ends)
    {
        await using var rig = await StartAsync(("Sidecar:AccessLog", "true"));

        await RawConnection.ExchangeAsync(rig.Address, $"{head}Connection: close\r\n\r\n");

        Assert.EndsWith($"{ends}, caller -, operation -.", await rig.Program.WaitForLineAsync(begins), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("abc def", "-")]
    [InlineData("", "-")]
    [InlineData("\u001b[31m", "-")]
    [InlineData("Root=1-67891233-abcdef012345678912345678", "Root=1-67891233-abcdef012345678912345678")]
    public async Task Only_a_valid_request_id_of_the_upstream_is_logged(string sent, string logged)
    {
        await using var upstream = new WireUpstream
        {
            Respond = _ => $"HTTP/1.1 200 OK\r\nx-amzn-RequestId: {sent}\r\nContent-Length: 0\r\n\r\n",
        };
        await using var rig = await StartAsync(("Sidecar:AccessLog", "true"), ("Clik2pay:ApiBaseUrl", upstream.Address));

        await RawConnection.ExchangeAsync(rig.Address, "GET /open/v1/a HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n");

        Assert.Contains($"upstream request id {logged}, ", await rig.Program.WaitForLineAsync("[1400]"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task If_the_log_is_not_read_callers_are_served_and_the_number_of_lost_lines_is_logged()
    {
        await using var rig = await StartAsync(("Sidecar:AccessLog", "true"));
        using var caller = new HttpClient { BaseAddress = rig.Address };
        rig.Program.StopReading();

        // More lines than fit into the pipe and the log's queue.
        var parallel = new ParallelOptions { MaxDegreeOfParallelism = 16 };
        await Parallel.ForEachAsync(Enumerable.Range(0, 8000), parallel, async (_, cancellationToken) =>
        {
            using var response = await caller.GetAsync("/open/v1/a", cancellationToken);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        });

        // The number is logged before the next line that fits.
        rig.Program.ResumeReading();
        var lost = rig.Program.WaitForLineAsync("dropped because of queue size limit");
        while (!lost.IsCompleted)
            await caller.GetAsync("/open/v1/a");
        await lost;
    }

    private static string? Text(JsonElement parent, string name) => parent.GetProperty(name).GetString();

    private static async Task<Rig> StartAsync(params (string, string)[] settings)
    {
        var (upstream, tokenEndpoint) = (await RecordingUpstream.StartAsync(), await FakeTokenEndpoint.StartAsync());
        var program = SidecarProcess.Start(SidecarProcess.Environment(upstream, tokenEndpoint, settings), "run");
        return new(upstream, tokenEndpoint, program, await program.WaitForAddressAsync());
    }

    private sealed record Rig(RecordingUpstream Upstream, FakeTokenEndpoint TokenEndpoint, SidecarProcess Program, Uri Address)
        : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await Program.DisposeAsync();
            await Upstream.DisposeAsync();
            await TokenEndpoint.DisposeAsync();
        }
    }
}
