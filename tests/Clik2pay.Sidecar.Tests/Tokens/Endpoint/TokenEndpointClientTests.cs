using System.Net;
using System.Net.Sockets;
using System.Text;
using Clik2pay.Sidecar.Telemetry;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Endpoint;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Time.Testing;

namespace Clik2pay.Sidecar.Tests.Tokens.Endpoint;

public sealed class TokenEndpointClientTests : IAsyncLifetime
{
    private readonly FakeTimeProvider time = new();
    private FakeTokenEndpoint endpoint = null!;

    public async ValueTask InitializeAsync() => endpoint = await FakeTokenEndpoint.StartAsync();

    public ValueTask DisposeAsync() => endpoint.DisposeAsync();

    [Lesson("a firewall refused the token call without User-Agent: cloudfront-authorization-at-edge#264")]
    [Fact]
    public async Task Credentials_go_as_Basic_and_the_grant_as_a_form()
    {
        var answer = await AskAsync();

        var (headers, body) = Assert.Single(endpoint.Received);
        Assert.Equal("access_token_1", answer.Token!.Value);
        Assert.Equal(
            "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Secrets.Username}:{Secrets.Password}")), headers.Authorization);
        Assert.Equal("application/x-www-form-urlencoded", headers.ContentType);
        Assert.Equal("grant_type=client_credentials&scope=payment_request%2Fall", body);
        Assert.DoesNotContain("traceparent", headers.Keys);
        Assert.Equal([$"clik2pay-sidecar/{BuildInfo.Version}", "application/json"], [$"{headers.UserAgent}", $"{headers.Accept}"]);
    }

    [Lesson("the scope was mandatory, or split on commas: dapr/components-contrib#3406")]
    [Theory]
    [InlineData("", "grant_type=client_credentials")]
    [InlineData("a,b c", "grant_type=client_credentials&scope=a%2Cb+c")]
    public async Task The_scope_goes_as_written_and_not_at_all_when_it_is_empty(string scope, string form)
    {
        await AskAsync(scope);

        Assert.Equal(form, Assert.Single(endpoint.Received).Body);
    }

    [Theory]
    [InlineData(400, """{"error":"invalid_client"}""", "username or the password", "Clik2pay:Environment=Custom")]
    [InlineData(400, """{"\ud800":1,"error":"invalid_client"}""", "username or the password", "Clik2pay:Environment=Custom")]
    [InlineData(401, """{"error":"unauthorized_client"}""", "username or the password", "unique to each environment")]
    [InlineData(401, "", "401 without an OAuth error", "right address")]
    [InlineData(400, """{"error":"invalid_scope"}""", "refused the scope", "Clik2pay:Scope")]
    [InlineData(400, """{"error":"unsupported_grant_type"}""", "refused the request", "grant")]
    [InlineData(400, """{"error":"invalid_grant","error_description":"x"}""", "refused the request", "grant")]
    public async Task A_refusal_is_told_with_its_likely_cause(int status, string body, string what, string remedy)
    {
        var failure = await FailAsync(FakeTokenEndpoint.Answer(status, body));

        Assert.Equal(RefreshOutcome.Rejected, failure.Outcome);
        Assert.Contains(what, failure.Reason, StringComparison.Ordinal);
        Assert.Contains(remedy, failure.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(429, "")]
    [InlineData(400, """{"__type":"TooManyRequestsException","message":"Rate exceeded"}""")]
    [InlineData(400, """{"error":"ThrottlingException"}""")]
    [InlineData(400, """{"error":"slow_down"}""")]
    public async Task Throttling_is_known_in_each_of_its_forms(int status, string body) =>
        Assert.Equal(RefreshOutcome.Throttled, (await FailAsync(FakeTokenEndpoint.Answer(status, body))).Outcome);

    [Fact]
    public async Task Retry_after_is_read_in_seconds()
    {
        var failure = await FailAsync(FakeTokenEndpoint.Answer(429, "", ("Retry-After", "7")));

        Assert.Equal(TimeSpan.FromSeconds(7), failure.RetryAfter);
    }

    [Fact]
    public async Task Retry_after_of_a_503_counts_too()
    {
        var failure = await FailAsync(FakeTokenEndpoint.Answer(503, "", ("Retry-After", "60")));

        Assert.Equal((RefreshOutcome.Unavailable, TimeSpan.FromSeconds(60)), (failure.Outcome, failure.RetryAfter));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("Thu, 01 Jan 1970 00:00:00 GMT")]
    public async Task A_Retry_after_that_is_over_asks_for_nothing(string retryAfter) =>
        Assert.Null((await FailAsync(FakeTokenEndpoint.Answer(503, "", ("Retry-After", retryAfter)))).RetryAfter);

    [Fact]
    public async Task An_error_that_is_not_unicode_is_a_failure_and_no_exception()
    {
        var failure = await FailAsync(async context =>
        {
            context.Response.StatusCode = 400;
            await context.Response.WriteAsync("{\"error\":\"");
            await context.Response.Body.WriteAsync(new byte[] { 0xe9 });
            await context.Response.WriteAsync("\"}");
        });

        Assert.Equal(RefreshOutcome.InvalidResponse, failure.Outcome);
    }

    [Fact]
    public async Task Retry_after_as_a_date_is_measured_on_the_servers_own_clock()
    {
        var failure = await FailAsync(FakeTokenEndpoint.Answer(429, "",
            ("Date", "Thu, 01 Jan 2032 12:00:00 GMT"), ("Retry-After", "Thu, 01 Jan 2032 12:00:30 GMT")));

        Assert.Equal(TimeSpan.FromSeconds(30), failure.RetryAfter);
    }

    [Lesson("raw provider errors were echoed to the caller: surfkansas/oauth2-client-credentials-api-sidecar")]
    [Theory]
    [InlineData(500, RefreshOutcome.Unavailable)]
    [InlineData(502, RefreshOutcome.Unavailable)]
    [InlineData(503, RefreshOutcome.Unavailable)]
    [InlineData(404, RefreshOutcome.InvalidResponse)]
    [InlineData(400, RefreshOutcome.InvalidResponse)]
    [InlineData(403, RefreshOutcome.InvalidResponse)]
    [InlineData(201, RefreshOutcome.InvalidResponse)]
    [InlineData(204, RefreshOutcome.InvalidResponse)]
    internal async Task Every_other_status_is_a_passing_failure(int status, RefreshOutcome outcome)
    {
        var failure = await FailAsync(FakeTokenEndpoint.Answer(status, status == 204 ? "" : "<html>secret</html>"));

        Assert.Equal(outcome, failure.Outcome);
        Assert.Contains($"{status}", failure.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Reason, StringComparison.Ordinal);
    }

    [Lesson("redirects were followed with credentials: AzureAD/microsoft-identity-web#3906")]
    [Fact]
    public async Task A_redirect_is_not_followed_with_the_credentials()
    {
        await using var elsewhere = await FakeTokenEndpoint.StartAsync();

        var failure = await FailAsync(FakeTokenEndpoint.Answer(307, "", ("Location", elsewhere.Address.AbsoluteUri)));

        Assert.Equal(RefreshOutcome.InvalidResponse, failure.Outcome);
        Assert.Equal(0, elsewhere.Calls);
    }

    [Fact]
    public async Task An_answer_of_a_gigabyte_is_not_read()
    {
        var failure = await FailAsync(async context =>
        {
            context.Response.ContentLength = 1L << 30;
            await context.Response.Body.WriteAsync(new byte[1024]);
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider(), context.RequestAborted);
        });

        Assert.Equal(RefreshOutcome.InvalidResponse, failure.Outcome);
    }

    [Fact]
    public async Task An_endless_answer_is_read_for_64_kilobytes_only()
    {
        var failure = await FailAsync(async context =>
        {
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.Body.WriteAsync(new byte[8 * 1024]);
        });

        Assert.Equal(RefreshOutcome.InvalidResponse, failure.Outcome);
        Assert.Contains("64 KiB", failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_connection_that_breaks_is_unavailable()
    {
        var failure = await FailAsync(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });

        Assert.Equal(RefreshOutcome.Unavailable, failure.Outcome);
    }

    [Fact]
    public async Task A_port_on_which_nobody_listens_is_unavailable_and_named()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var address = new Uri($"http://{closed.LocalEndpoint}/oauth2/token");
        closed.Stop();

        var failure = (await AskAsync(address: address)).Failure!;

        Assert.Equal(RefreshOutcome.Unavailable, failure.Outcome);
        Assert.Contains(address.AbsoluteUri, failure.Reason, StringComparison.Ordinal);
        Assert.Contains("the connection was refused", failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_silent_endpoint_is_given_up_after_ten_seconds()
    {
        var asked = new TaskCompletionSource();
        endpoint.Fault = async context =>
        {
            asked.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, TimeProvider(), context.RequestAborted);
        };
        var asking = AskAsync();
        await asked.Task;

        time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(asking.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.2));

        var failure = (await asking).Failure!;
        Assert.Equal(RefreshOutcome.Unavailable, failure.Outcome);
        Assert.Contains("within 10 s", failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancellation_passes_through()
    {
        using var cancelled = new CancellationTokenSource();
        endpoint.Gate = new TaskCompletionSource().Task;
        var asking = AskAsync(cancellationToken: cancelled.Token);

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => asking);
    }

    private static FakeTimeProvider TimeProvider() => new();

    private async Task<TokenFailure> FailAsync(RequestDelegate fault)
    {
        endpoint.Fault = fault;
        var answer = await AskAsync();
        Assert.False(answer.IsSuccess);
        return answer.Failure;
    }

    private Task<TokenAnswer> AskAsync(
        string scope = "payment_request/all", Uri? address = null, CancellationToken cancellationToken = default) =>
        TokenEndpointCall.RunAsync(address ?? endpoint.Address, time, scope, cancellationToken);
}
