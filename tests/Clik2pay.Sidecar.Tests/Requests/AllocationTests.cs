using System.Text;
using Clik2pay.Sidecar.Benchmarks.Steady;
using Clik2pay.Sidecar.Requests.Callers.Tokens;
using Clik2pay.Sidecar.Requests.Forward;
using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Requests;

/// <summary>The memory that the code of the sidecar allocates for a request. The benchmarks measure the same steps.</summary>
public sealed class AllocationTests
{
    [Fact]
    public async Task The_steps_of_a_request_with_a_current_token_allocate_nothing()
    {
        await using var path = new SteadyPath();

        Assert.Equal(0, Allocation.Measure(path.RunSteps));
    }

    [Theory]
    [InlineData("Clik2pay-Sidecar-Token", "token-of-some-caller")]
    [InlineData("Authorization", null)]
    public async Task With_callers_recognition_and_authorization_allocate_nothing(string header, string? token)
    {
        using var folder = new TemporaryFolder();
        await using var path = new SteadyPath(
            ("Callers:app:TokenFiles", folder.Write("token", "token-of-some-caller")),
            ("Callers:app:Operations", "read"),
            ("Sidecar:PlaceholderTokenEndpoint", "true"));
        path.Context.Request.Headers[header] = token ?? $"Bearer {Placeholder.Derive("token-of-some-caller")}";

        Assert.Equal(0, Allocation.Measure(path.RunSteps));

        using var text = new MemoryStream();
        await new Scraper(path.Services).ScrapeAsync(text);
        var scrape = Encoding.UTF8.GetString(text.ToArray());
        Assert.DoesNotContain(
            "caller_requests_total{caller=\"app\",operation=\"read\",outcome=\"allowed\",profile=\"default\"} 0",
            scrape,
            StringComparison.Ordinal);
        Assert.Contains("caller_requests_total{caller=\"app\",operation=\"read\",outcome=\"allowed\"", scrape, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_allocation_for_each_request_is_detected()
    {
        await using var path = new SteadyPath();

        Assert.NotEqual(0, Allocation.Measure(() =>
        {
            path.RunSteps();
            GC.KeepAlive(new object());
        }));
    }

    [Fact]
    public async Task The_measured_steps_are_those_of_a_request()
    {
        await using var path = new SteadyPath();
        path.RunSteps();

        var headers = path.Request.Headers;
        Assert.False(headers.Contains("Authorization")); // Reset for the next request.
        path.Apply<InjectTransform>();
        Assert.Equal($"Bearer {new string('t', 1000)}", headers.NonValidated["Authorization"].ToString());
        Assert.EndsWith("?expand=payer", path.Request.RequestUri!.OriginalString, StringComparison.Ordinal);

        using var text = new MemoryStream();
        await new Scraper(path.Services).ScrapeAsync(text);
        var scrape = Encoding.UTF8.GetString(text.ToArray());
        Assert.Contains("clik2pay_sidecar_upstream_answers_total{status_class=\"2xx\"} 1", scrape, StringComparison.Ordinal);
        Assert.Contains("http_server_request_duration_seconds_count{", scrape, StringComparison.Ordinal);
        Assert.Contains("http_client_request_duration_seconds_count{", scrape, StringComparison.Ordinal);
    }
}
