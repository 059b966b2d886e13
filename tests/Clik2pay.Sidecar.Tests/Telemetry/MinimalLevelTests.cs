using System.Globalization;
using Clik2pay.Sidecar.Hosting.Listeners;
using Clik2pay.Sidecar.Requests.State;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Telemetry;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using static Clik2pay.Sidecar.Tests.Support.Telemetry.Scrape;

namespace Clik2pay.Sidecar.Tests.Telemetry;

/// <summary>The series in <c>/metrics</c> with <c>Metrics:Level=Minimal</c>.</summary>
public sealed class MinimalLevelTests
{
    /// <summary>The bounds of the buckets of requests, in seconds.</summary>
    public static readonly double[] Bounds = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

    private const string ServerDuration = "http_server_request_duration_seconds";
    private const string ClientDuration = "http_client_request_duration_seconds";
    private const string FirstEvent = "with the first event";

    private static readonly (string Key, string? Value) Minimal = ("Metrics:Level", "Minimal");

    /// <summary>These exist only with Redis, or only on a machine with a memory limit.</summary>
    private static readonly string[] Optional =
    [
        "clik2pay_sidecar_memory_limit_bytes", "clik2pay_sidecar_store_up", "clik2pay_sidecar_store_operations_total",
        "clik2pay_sidecar_store_operation_duration_seconds",
    ];

    [Theory]
    [InlineData("Full")]
    [InlineData("Minimal")]
    public async Task No_counter_has_more_series_than_its_limit(string level)
    {
        var profiles =
            from name in (string[])["a", "b"]
            from setting in TestProfiles.Settings(name, "http://127.0.0.1:1", new("http://127.0.0.1:1/oauth2/token"))
            select (setting.Key, (string?)setting.Value);
        await using var sidecar = await TestSidecar.StartAsync(profiles.Append(("Metrics:Level", level)));

        Assert.DoesNotContain("otel_metric_overflow", await ReadAsync(sidecar), StringComparison.Ordinal);
    }

    /// <summary>
    /// Redis adds 13 series: whether it is up, four kinds of successful operations, and a histogram with 8 series. A memory limit adds one.
    /// </summary>
    [Fact]
    public async Task An_idle_sidecar_with_Redis_and_a_memory_limit_has_at_most_80_series()
    {
        await using var sidecar = await TestSidecar.StartAsync([Minimal]);
        await sidecar.WaitForTokenAsync("access_token_1");

        Assert.InRange(SeriesIn(await ReadAsync(sidecar)).Count, 50, 80 - 14);
    }

    [Fact]
    public async Task A_further_profile_adds_18_series()
    {
        Assert.Equal(9 * 18, await CountAsync(profiles: 10) - await CountAsync(profiles: 1));

        static async Task<int> CountAsync(int profiles)
        {
            await using var upstream = await RecordingUpstream.StartAsync();
            await using var tokens = await FakeTokenEndpoint.StartAsync();
            var names = Enumerable.Range(1, profiles - 1).Select(index => $"shop-{index}");

            // With the same user, one profile would acquire the lease for all of them.
            var settings = names.SelectMany(name => TestProfiles.Settings(name, upstream.Address, tokens.Address)
                .Append((Key: $"Profiles:{name}:Username", Value: name))
                .Select(setting => (setting.Key, (string?)setting.Value)));
            await using var sidecar = await TestSidecar.StartAsync(upstream, tokens, [Minimal, .. settings]);
            await sidecar.WaitForProfilesAsync();

            // A machine with a memory limit has the same number in both cases.
            return SeriesIn(await ReadAsync(sidecar)).Count;
        }
    }

    [Fact]
    public async Task The_reference_lists_each_metric_with_its_labels_and_no_other()
    {
        var text = await ScrapeAsync(Minimal);

        var exposed = TypesIn(text).Select(metric => Describe(metric.Name, LabelsIn(text, metric.Name).Select(label => label.Name)));
        var documented = TelemetryReference.RowsOf("Level Minimal")
            .Select(row => Describe(row[0].Trim('`'), row[1].Replace("`", "", StringComparison.Ordinal).Split(", ")));

        Assert.Equal(
            documented.Where(row => !Optional.Contains(row.Split(' ')[0], StringComparer.Ordinal)).Order(StringComparer.Ordinal),
            exposed.Where(row => !Optional.Contains(row.Split(' ')[0], StringComparer.Ordinal)).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task The_reference_states_which_series_begin_with_the_first_event()
    {
        var called = new TaskCompletionSource();
        await using var sidecar = await TestSidecar.StartAsync(
            [Minimal],
            arrange: endpoint => (endpoint.Gate, endpoint.Called) = (new TaskCompletionSource().Task, () => called.TrySetResult()));
        await called.Task.WaitAsync(TestContext.Current.CancellationToken);

        var exposed = TypesIn(await ReadAsync(sidecar)).Select(metric => metric.Name).ToList();

        // The first refresh has acquired the lease.
        Assert.Equal(
            TelemetryReference.RowsOf("Level Minimal").Where(row => row[2] != FirstEvent).Select(row => row[0].Trim('`'))
                .Append("clik2pay_sidecar_lease_acquisitions_total").Except(Optional, StringComparer.Ordinal).Order(StringComparer.Ordinal),
            exposed.Except(Optional, StringComparer.Ordinal).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task Counters_without_a_label_have_the_sum_of_the_series_that_differed_in_it()
    {
        await using var upstream = new WireUpstream { Respond = _ => "HTTP/1.1 200 OK\r\nContent-Length: nonsense\r\n\r\n" };
        await using var sidecar = await TestSidecar.StartAsync(upstream, [Minimal]);
        await sidecar.Caller.GetAsync("/open/v1/a");
        await sidecar.Caller.GetAsync("/elsewhere");

        var text = await ReadAsync(sidecar);

        Assert.Equal(1, Value(text, "own_answers_total{code=\"upstream_unreachable\"}"));
        Assert.Equal(1, Value(text, "own_answers_total{code=\"no_route\"}"));
        Assert.Equal(0, Value(text, "own_answers_total{code=\"internal_error\"}"));
        Assert.Equal(1, Value(text, "token_refreshes_total{outcome=\"success\",profile=\"default\"}"));
        Assert.Equal(0, Value(text, "token_refreshes_total{outcome=\"rejected\",profile=\"default\"}"));
    }

    [Fact]
    public async Task Only_refusals_that_occurred_have_a_series()
    {
        await using var sidecar = await TestSidecar.StartAsync([Minimal]);
        for (var i = 0; i < 2; i++)
            await RawConnection.ExchangeAsync(sidecar.Address, "GET /open/v1/a HTTP/1.1\r\nHost: e.example\r\nConnection: close\r\n\r\n");

        Assert.Equal(
            ["clik2pay_sidecar_requests_rejected_total{reason=\"host\"} 2"],
            SeriesIn(await ReadAsync(sidecar)).Where(line => line.Contains("requests_rejected", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Each_bucket_also_exists_at_the_level_Full()
    {
        var (minimal, full) = (await ScrapeAsync(Minimal), await ScrapeAsync(("Metrics:Level", "Full")));

        Assert.All((string[])[ServerDuration, ClientDuration], metric =>
        {
            var bounds = BoundsIn(minimal, metric).Distinct(StringComparer.Ordinal).ToList();
            Assert.Equal(Bounds.Select(bound => bound.ToString(CultureInfo.InvariantCulture)), bounds);
            Assert.Empty(bounds.Except(BoundsIn(full, metric), StringComparer.Ordinal));
        });
    }

    [Fact]
    public async Task Token_calls_and_calls_to_the_API_have_separate_durations()
    {
        var text = await ScrapeAsync(Minimal);

        Assert.Equal(
            [$"{ClientDuration}_count{{clik2pay_sidecar_target=\"token_endpoint\"}} 1", $"{ClientDuration}_count{{}} 2"],
            SeriesIn(text)
                .Where(line => line.StartsWith($"{ClientDuration}_count", StringComparison.Ordinal)).Order(StringComparer.Ordinal));
        Assert.Contains($"\n{ServerDuration}_count{{}} 3\n", text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Full")]
    [InlineData("Minimal")]
    public async Task A_request_is_measured_without_memory(string level)
    {
        await using var sidecar = await TestSidecar.StartAsync([("Metrics:Level", level)]);
        var metrics = sidecar.Services.GetRequiredService<RequestMetrics>();
        var context = new DefaultHttpContext { Request = { Method = "GET", Protocol = "HTTP/1.1", Scheme = "http" } };
        context.Features.Set(new Exchange { Listener = sidecar.Services.GetRequiredService<ListenerOptions>().CallerListeners[0] });

        // Only the first measurements need memory. The runtime sometimes needs some of its own.
        Assert.Contains(0, Enumerable.Range(0, 20).Select(_ => Measure()));

        long Measure()
        {
            var before = GC.GetAllocatedBytesForCurrentThread();
            metrics.UpstreamResponded(200);
            metrics.Responded(ErrorCode.NoRoute, Sent.No);
            metrics.RequestEnded(context, TimeSpan.FromMilliseconds(1));
            return GC.GetAllocatedBytesForCurrentThread() - before;
        }
    }

    [Fact]
    public async Task Promtool_finds_no_problem_in_the_response() =>
        Assert.Equal("", await Promtool.CheckMetricsAsync(await ScrapeAsync(Minimal)));

    private static string Describe(string name, IEnumerable<string> labels) =>
        $"{name} {string.Join(", ", labels.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal))}";

    /// <summary>Scrapes a sidecar after a call of a caller, a call to the API with another status, and a refused call.</summary>
    private static async Task<string> ScrapeAsync((string Key, string? Value) level)
    {
        using var folder = new TemporaryFolder();
        const string token = "token-of-some-caller";
        await using var sidecar = await TestSidecar.StartAsync(
            [level, ("Callers:app:TokenFiles", folder.Write("token", token)), ("Callers:app:Operations", "read")]);
        sidecar.Caller.DefaultRequestHeaders.Add("Clik2pay-Sidecar-Token", token);
        await sidecar.Caller.GetAsync("/open/v1/a");
        sidecar.Upstream.Respond = context =>
        {
            context.Response.StatusCode = 404;
            return Task.CompletedTask;
        };
        await sidecar.Caller.GetAsync("/open/v1/b");
        await sidecar.Caller.DeleteAsync("/open/v1/a");
        return await ReadAsync(sidecar);
    }
}
