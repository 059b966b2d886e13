using System.Net;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Requests.Routes;
using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Requests.Routes;

/// <summary>The routes in examples/routes/least-privilege.json.</summary>
public sealed class LeastPrivilegeTests
{
    private const string Example = "examples/routes/least-privilege.json";

    [Fact]
    public async Task Payment_requests_can_be_created_and_read()
    {
        using var routes = new RoutesFile(Repository.PathOf(Example), SystemDefaults.Time);
        await using var sidecar = await TestSidecar.StartAsync(routes);

        Assert.Equal(HttpStatusCode.OK, await StatusAsync(sidecar, "POST", "/open/v1/payment-requests"));
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(sidecar, "GET", "/open/v1/payment-requests/5f0c3b1e"));

        Assert.Equal(
            ["/open/v1/payment-requests", "/open/v1/payment-requests/5f0c3b1e"],
            sidecar.Upstream.Received.Select(request => request.Target));
    }

    [Fact]
    public async Task Refunds_payments_and_cancellations_have_no_route()
    {
        using var routes = new RoutesFile(Repository.PathOf(Example), SystemDefaults.Time);
        await using var sidecar = await TestSidecar.StartAsync(routes);

        foreach (var (method, target) in ((string Method, string Target)[])
        [
            ("POST", "/open/v1/payment-requests/5f0c3b1e/refunds"), ("POST", "/open/v1/payment-requests/5f0c3b1e%2Frefunds"),
            ("POST", "/open/v1/payments"), ("POST", "/open/v1/payment-requests/5f0c3b1e/cancellation"),
            ("DELETE", "/open/v1/payment-requests/5f0c3b1e"), ("GET", "/open/v1/payment-requests"), ("GET", "/open/v1/payments/5f0c3b1e"),
        ])
        {
            Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(sidecar, method, target));
        }

        // The sidecar refuses an encoded slash in a segment that is not a catch-all segment.
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(sidecar, "GET", "/open/v1/payment-requests/5f0c3b1e%2Frefunds"));
        Assert.Empty(sidecar.Upstream.Received);
    }

    [Fact]
    public void The_configuration_reference_quotes_the_example() =>
        Assert.Contains($"```json\n{Repository.Read(Example)}```\n", new ReferencePage("configuration.md").Text, StringComparison.Ordinal);

    private static async Task<HttpStatusCode> StatusAsync(TestSidecar sidecar, string method, string target)
    {
        using var request = new HttpRequestMessage(new(method), target);
        using var response = await sidecar.Caller.SendAsync(request);
        if (response.StatusCode == HttpStatusCode.NotFound)
            Assert.Equal(["no_route"], response.Headers.GetValues("Clik2pay-Sidecar-Error"));
        return response.StatusCode;
    }
}
