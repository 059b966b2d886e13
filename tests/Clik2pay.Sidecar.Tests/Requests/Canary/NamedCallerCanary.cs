using System.Text;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tests.Support.Wire;

namespace Clik2pay.Sidecar.Tests.Requests.Canary;

/// <summary>
/// A named caller uses its token and its placeholder, in allowed and refused requests, until the file of its token is removed.
/// </summary>
internal sealed class NamedCallerCanary(CanaryRig rig)
{
    private readonly RandomSecrets secrets = rig.Secrets;

    private string TokenHeader => $"Clik2pay-Sidecar-Token: {secrets.NamedCallerToken}\r\n";

    public async Task ServeAsync()
    {
        using var folder = new TemporaryFolder();
        var file = folder.Write("token", secrets.NamedCallerToken);
        await rig.UseAsync(
            async (sidecar, upstream) =>
            {
                foreach (var request in Allowed())
                    await rig.SendAsync(sidecar, request);
                Assert.Equal(Allowed().Count(), upstream.Received.Count);
                foreach (var request in Refused())
                    await rig.SendAsync(sidecar, request);
                Assert.Equal(Allowed().Count(), upstream.Received.Count);

                // This response is not recorded, because it contains the placeholder.
                var issued = await RawConnection.ExchangeAsync(sidecar.Address, TokenRequest("app"));
                Assert.Contains(secrets.Placeholder, issued, StringComparison.Ordinal);
                AssertNothingWasSent(upstream);

                File.Delete(file);
                await sidecar.Log.WaitForAsync("is no longer accepted");
            },
            [
                ("Sidecar:CallerToken", null), ("Sidecar:PlaceholderTokenEndpoint", "true"), ("Callers:app:TokenFiles", file),
                ("Callers:app:Operations", "create"),
            ]);
    }

    private IEnumerable<string> Allowed() =>
    [
        rig.Requests.Create(callerToken: secrets.NamedCallerToken),
        Post($"Bearer {secrets.Placeholder}"),
        Post($"Bearer {secrets.Placeholder}", more: TokenHeader),
    ];

    private IEnumerable<string> Refused() =>
    [
        Post($"Bearer {secrets.Placeholder}", "/open/v1/payments"),
        Post($"Bearer {secrets.Placeholder}x"),
        Post($"Bearer {secrets.Placeholder}x", more: TokenHeader),
        Post("none", more: $"{TokenHeader}Clik2pay-Sidecar-Profile: {secrets.Password}\r\n"),
        rig.Requests.Create(callerToken: $"{secrets.NamedCallerToken}x"),
        TokenRequest("other"),
        TokenRequest("app", grant: "password"),
    ];

    private string TokenRequest(string name, string grant = "client_credentials")
    {
        var basic = Convert.ToBase64String(Encoding.UTF8.GetBytes($"{name}:{secrets.NamedCallerToken}"));
        return Post($"Basic {basic}", "/oauth2/token", $"grant_type={grant}&client_secret={Uri.EscapeDataString(secrets.CallersQuery)}");
    }

    private static string Post(string authorization, string target = "/open/v1/payment-requests", string body = "{}", string more = "") =>
        $"POST {target} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nAuthorization: {authorization}\r\n{more}"
        + $"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {body.Length}\r\n\r\n{body}";

    private void AssertNothingWasSent(WireUpstream upstream)
    {
        var search = new SecretSearch([("token", secrets.NamedCallerToken), ("placeholder", secrets.Placeholder)]);
        var sent = upstream.Received.SelectMany(request => request.Headers.Select(header => header.Value).Append(request.StartLine));

        Assert.Empty(sent.SelectMany(search.Find));
    }
}
