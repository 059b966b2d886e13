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
    public async Task Credentials_are_sent_as_Basic_and_the_grant_as_a_form()
    {
        var result = await CallAsync();

        var (headers, body) = Assert.Single(endpoint.Received);
        Assert.Equal("access_token_1", result.Value);
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
    public async Task The_scope_is_sent_as_written_and_an_empty_one_is_omitted(string scope, string form)
    {
        await CallAsync(scope);

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
    public async Task A_refusal_names_its_likely_cause_and_the_remedy(int status, string body, string cause, string remedy)
    {
        var failure = await FailAsync(FakeTokenEndpoint.Respond(status, body));

        Assert.Equal(FailureKind.Refused, failure.Kind);
        Assert.Contains(cause, failure.Reason, StringComparison.Ordinal);
        Assert.Contains(remedy, failure.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(429, "")]
    [InlineData(400, """{"__type":"TooManyRequestsException","message":"Rate exceeded"}""")]
    [InlineData(400, """{"error":"ThrottlingException"}""")]
    [InlineData(400, """{"error":"slow_down"}""")]
    public async Task Throttling_is_recognized_in_each_form(int status, string body) =>
        Assert.Equal(FailureKind.Throttled, (await FailAsync(FakeTokenEndpoint.Respond(status, body))).Kind);

    [Fact]
    public async Task Retry_After_in_seconds_is_read()
    {
        var failure = await FailAsync(FakeTokenEndpoint.Respond(429, "", ("Retry-After", "7")));

        Assert.Equal(TimeSpan.FromSeconds(7), failure.Pause);
    }

    [Fact]
    public async Task Retry_After_of_a_503_is_read()
    {
        var failure = await FailAsync(FakeTokenEndpoint.Respond(503, "", ("Retry-After", "60")));

        Assert.Equal((FailureKind.Unavailable, TimeSpan.FromSeconds(60)), (failure.Kind, failure.Pause));
    }

    [Theory]
    [InlineData("0")]
    [InlineData("Thu, 01 Jan 1970 00:00:00 GMT")]
    public async Task A_Retry_After_in_the_past_is_ignored(string retryAfter) =>
        Assert.Null((await FailAsync(FakeTokenEndpoint.Respond(503, "", ("Retry-After", retryAfter)))).Pause);

    [Fact]
    public async Task An_error_that_is_not_valid_UTF_8_is_an_invalid_response()
    {
        var failure = await FailAsync(async context =>
        {
            context.Response.StatusCode = 400;
            await context.Response.WriteAsync("{\"error\":\"");
            await context.Response.Body.WriteAsync(new byte[] { 0xe9 });
            await context.Response.WriteAsync("\"}");
        });

        Assert.Equal(FailureKind.InvalidResponse, failure.Kind);
    }

    [Fact]
    public async Task A_Retry_After_date_is_relative_to_the_servers_Date()
    {
        var failure = await FailAsync(FakeTokenEndpoint.Respond(429, "",
            ("Date", "Thu, 01 Jan 2032 12:00:00 GMT"), ("Retry-After", "Thu, 01 Jan 2032 12:00:30 GMT")));

        Assert.Equal(TimeSpan.FromSeconds(30), failure.Pause);
    }

    [Lesson("raw provider errors were echoed to the caller: surfkansas/oauth2-client-credentials-api-sidecar")]
    [Theory]
    [InlineData(500, FailureKind.Unavailable)]
    [InlineData(502, FailureKind.Unavailable)]
    [InlineData(503, FailureKind.Unavailable)]
    [InlineData(404, FailureKind.InvalidResponse)]
    [InlineData(400, FailureKind.InvalidResponse)]
    [InlineData(403, FailureKind.InvalidResponse)]
    [InlineData(201, FailureKind.InvalidResponse)]
    [InlineData(204, FailureKind.InvalidResponse)]
    internal async Task A_response_with_neither_a_token_nor_an_OAuth_error_is_a_failure_and_is_not_quoted(int status, FailureKind kind)
    {
        var failure = await FailAsync(FakeTokenEndpoint.Respond(status, status == 204 ? "" : "<html>secret</html>"));

        Assert.Equal(kind, failure.Kind);
        Assert.Contains($"{status}", failure.Reason, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", failure.Reason, StringComparison.Ordinal);
    }

    [Lesson("redirects were followed with credentials: AzureAD/microsoft-identity-web#3906")]
    [Fact]
    public async Task A_redirect_is_not_followed_with_the_credentials()
    {
        await using var elsewhere = await FakeTokenEndpoint.StartAsync();

        var failure = await FailAsync(FakeTokenEndpoint.Respond(307, "", ("Location", elsewhere.Address.AbsoluteUri)));

        Assert.Equal(FailureKind.InvalidResponse, failure.Kind);
        Assert.Equal(0, elsewhere.Calls);
    }

    [Fact]
    public async Task A_response_of_a_gigabyte_is_not_read()
    {
        var failure = await FailAsync(async context =>
        {
            context.Response.ContentLength = 1L << 30;
            await context.Response.Body.WriteAsync(new byte[1024]);
            await Task.Delay(Timeout.InfiniteTimeSpan, new FakeTimeProvider(), context.RequestAborted);
        });

        Assert.Equal(FailureKind.InvalidResponse, failure.Kind);
    }

    [Fact]
    public async Task An_endless_response_is_read_up_to_64_KiB()
    {
        var failure = await FailAsync(async context =>
        {
            while (!context.RequestAborted.IsCancellationRequested)
                await context.Response.Body.WriteAsync(new byte[8 * 1024]);
        });

        Assert.Equal(FailureKind.InvalidResponse, failure.Kind);
        Assert.Contains("64 KiB", failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_broken_connection_is_reported_as_unavailable()
    {
        var failure = await FailAsync(context =>
        {
            context.Abort();
            return Task.CompletedTask;
        });

        Assert.Equal(FailureKind.Unavailable, failure.Kind);
    }

    [Fact]
    public async Task A_closed_port_is_reported_as_unavailable_with_its_address()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var address = new Uri($"http://{closed.LocalEndpoint}/oauth2/token");
        closed.Stop();

        var failure = (await CallAsync(address: address)).Failure!;

        Assert.Equal(FailureKind.Unavailable, failure.Kind);
        Assert.Contains(address.AbsoluteUri, failure.Reason, StringComparison.Ordinal);
        Assert.Contains("the connection was refused", failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_call_without_a_response_ends_after_10_seconds()
    {
        var called = new TaskCompletionSource();
        endpoint.Fault = async context =>
        {
            called.SetResult();
            await Task.Delay(Timeout.InfiniteTimeSpan, new FakeTimeProvider(), context.RequestAborted);
        };
        var call = CallAsync();
        await called.Task;

        time.Advance(TimeSpan.FromSeconds(9.9));
        Assert.False(call.IsCompleted);
        time.Advance(TimeSpan.FromSeconds(0.2));

        var failure = (await call).Failure!;
        Assert.Equal(FailureKind.Unavailable, failure.Kind);
        Assert.Contains("within 10 s", failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Cancellation_ends_the_call()
    {
        using var cancelled = new CancellationTokenSource();
        endpoint.Gate = new TaskCompletionSource().Task;
        var call = CallAsync(cancellationToken: cancelled.Token);

        await cancelled.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => call);
    }

    private async Task<TokenFailure> FailAsync(RequestDelegate fault)
    {
        endpoint.Fault = fault;
        var result = await CallAsync();
        Assert.False(result.IsSuccess);
        return result.Failure;
    }

    private Task<TokenEndpointResult> CallAsync(
        string scope = "payment_request/all", Uri? address = null, CancellationToken cancellationToken = default) =>
        TokenEndpointCall.RunAsync(address ?? endpoint.Address, time, scope, cancellationToken);
}
