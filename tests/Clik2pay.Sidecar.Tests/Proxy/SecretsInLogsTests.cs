using System.Text;
using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Proxy;

public sealed class SecretsInLogsTests
{
    private static readonly (string, string?)[] Everything =
    [
        ("Logging:LogLevel:Default", "Trace"),
        ("Logging:LogLevel:Microsoft", "Trace"),
        ("Logging:LogLevel:System", "Trace"),
        ("Logging:LogLevel:Yarp", "Trace"),
        ("Logging:LogLevel:Yarp.ReverseProxy.Forwarder", "Trace"),
        ("Logging:LogLevel:Yarp.ReverseProxy.Forwarder.HttpForwarder", "Trace"),
        ("Logging:LogLevel:Microsoft.AspNetCore.Hosting.Diagnostics", "Trace"),
    ];

    [Lesson("a debug flag dumped headers and bodies: aws-sigv4-proxy, Secretless")]
    [Fact]
    public async Task No_secret_is_logged_even_when_everything_is()
    {
        await using var sidecar = await TestSidecar.StartAsync(Everything);

        await CallAsync(sidecar);
        sidecar.Upstream.Respond = FakeTokenEndpoint.Answer(401, "");
        await CallAsync(sidecar);
        sidecar.Upstream.Respond = context =>
        {
            context.Abort();
            return Task.CompletedTask;
        };
        await CallAsync(sidecar);
        await RawConnection.AskAsync(sidecar.Address, "GET /open/v1/a?canary-query HTTP/1.1\r\nHost: localhost\r\nAuthorization canary-caller\r\n\r\n");
        await sidecar.StopAsync();

        var lines = sidecar.Log.Lines.ToList();
        Assert.Contains(lines, line => line.Category == "Microsoft.AspNetCore.Server.Kestrel.Connections");
        AssertSilent(lines);
    }

    [Fact]
    public async Task No_secret_of_a_refusal_is_logged()
    {
        await using var sidecar = await TestSidecar.StartAsync(Everything, arrange: endpoint =>
            endpoint.Fault = FakeTokenEndpoint.Answer(400, $$"""{"error":"invalid_client","error_description":"{{Secrets.Password}}"}"""));

        await CallAsync(sidecar);
        await sidecar.Log.WaitForAsync("Credentials refused");

        AssertSilent(sidecar.Log.Lines);
    }

    private static void AssertSilent(IEnumerable<(string Category, string Text)> lines) =>
        Assert.All(lines, line => Assert.All(Canaries(), canary => Assert.DoesNotContain(canary, line.Text, StringComparison.OrdinalIgnoreCase)));

    private static async Task CallAsync(TestSidecar sidecar)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/open/v1/payment-requests?payer=canary-query") { Content = new StringContent("canary-body") };
        request.Headers.Add("Authorization", "canary-caller");
        await sidecar.Caller.SendAsync(request);
    }

    private static IEnumerable<string> Canaries()
    {
        string[] secrets = [Secrets.Username, Secrets.Password, Secrets.ApiKey, $"{Secrets.Username}:{Secrets.Password}", "access_token_1", "access_token_2", "canary-caller", "canary-body", "canary-query"];
        return secrets.Concat(secrets.Select(secret => Convert.ToBase64String(Encoding.UTF8.GetBytes(secret)).TrimEnd('='))).Concat(secrets.Select(Uri.EscapeDataString));
    }
}
