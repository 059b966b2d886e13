using System.Net;
using System.Net.Sockets;
using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Requests.Problems;

public sealed class UpstreamFailureTests
{
    [Fact]
    public async Task If_the_provider_cannot_be_reached_the_caller_gets_the_sidecars_502()
    {
        using var closed = new TcpListener(IPAddress.Loopback, 0);
        closed.Start();
        var address = $"http://{closed.LocalEndpoint}";
        closed.Stop();
        await using var sidecar = await TestSidecar.StartAsync([("Clik2pay:ApiBaseUrl", address)]);

        var response = await sidecar.Caller.GetAsync("/open/v1/a");

        await AssertProblemAsync(
            response,
            HttpStatusCode.BadGateway,
            "upstream_unreachable",
            "no",
            $"{address}/ could not be reached: the connection was refused. Nothing was sent");
    }

    [Fact]
    public async Task The_first_failure_of_the_provider_and_its_recovery_are_logged_once()
    {
        await using var sidecar = await TestSidecar.StartAsync();
        var working = sidecar.Upstream.Respond;
        sidecar.Upstream.Respond = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        await sidecar.Caller.GetAsync("/open/v1/a");
        await sidecar.Caller.GetAsync("/open/v1/a");
        sidecar.Upstream.Respond = working;
        await sidecar.Caller.GetAsync("/open/v1/a");
        await sidecar.Caller.GetAsync("/open/v1/a");

        await sidecar.Log.WaitForAsync("responds again");
        Assert.Equal(
            [
                $"The API {sidecar.Upstream.Address}/ closed the connection without a complete response, and may not have read the whole "
                    + "request. Request sent: maybe. Further failures are not logged until a valid response arrives. "
                    + "To test the connection, run clik2pay-sidecar check.",
                $"The API {sidecar.Upstream.Address}/ responds again.",
            ],
            sidecar.Log.Lines.Where(line => line.Text.StartsWith("The API", StringComparison.Ordinal)).Select(line => line.Text.TrimEnd()));
    }

    [Fact]
    public async Task If_the_connection_breaks_the_caller_gets_the_sidecars_502_and_the_payment_is_not_sent_again()
    {
        await using var sidecar = await TestSidecar.StartAsync();
        sidecar.Upstream.Respond = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };

        var response = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));

        await AssertProblemAsync(response, HttpStatusCode.BadGateway, "upstream_unreachable", "maybe", "Check its status before you retry");
        sidecar.Upstream.Single();
    }

    [Fact]
    public async Task If_the_provider_does_not_respond_in_time_the_caller_gets_the_sidecars_504_and_the_payment_is_not_sent_again()
    {
        await using var sidecar = await TestSidecar.StartAsync(
            [("ReverseProxy:Clusters:clik2pay:HttpRequest:ActivityTimeout", "00:00:00.200")]);
        sidecar.Upstream.Respond = context => new TaskCompletionSource().Task.WaitAsync(context.RequestAborted);

        var response = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));

        await AssertProblemAsync(response, HttpStatusCode.GatewayTimeout, "upstream_timeout", "maybe", "Check its status before you retry");
        sidecar.Upstream.Single();
    }

    [Fact]
    public async Task If_the_provider_stalls_after_its_headers_the_caller_gets_the_sidecars_504()
    {
        await using var sidecar = await TestSidecar.StartAsync(
            [("ReverseProxy:Clusters:clik2pay:HttpRequest:ActivityTimeout", "00:00:00.500")]);
        sidecar.Upstream.Respond = async context =>
        {
            context.Response.ContentLength = 10;
            await context.Response.StartAsync();
            await new TaskCompletionSource().Task.WaitAsync(context.RequestAborted);
        };

        var response = await sidecar.Caller.PostAsync("/open/v1/payment-requests", new StringContent("{}"));

        await AssertProblemAsync(response, HttpStatusCode.GatewayTimeout, "upstream_timeout", "maybe", "Check its status before you retry");
        sidecar.Upstream.Single();
    }

    private static async Task AssertProblemAsync(
        HttpResponseMessage response, HttpStatusCode status, string code, string sent, string cause)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal([code], response.Headers.GetValues("Clik2pay-Sidecar-Error"));
        var body = await response.Content.ReadAsStringAsync();
        Assert.Contains($"\"sent\":\"{sent}\"", body, StringComparison.Ordinal);
        Assert.Contains(cause, body, StringComparison.Ordinal);
        Assert.DoesNotContain("   at ", body, StringComparison.Ordinal);
        Assert.DoesNotContain("Exception", body, StringComparison.Ordinal);
    }
}
