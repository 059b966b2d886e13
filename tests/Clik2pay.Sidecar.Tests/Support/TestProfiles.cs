using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Requests.Headers;
using Clik2pay.Sidecar.Tests.Support.Credentials;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Microsoft.Extensions.DependencyInjection;

namespace Clik2pay.Sidecar.Tests.Support;

/// <summary>Profiles beside the profile <c>default</c>.</summary>
internal static class TestProfiles
{
    /// <summary>The response of a token endpoint that refuses the credentials.</summary>
    public static void Refuse(FakeTokenEndpoint endpoint) =>
        endpoint.Fault = FakeTokenEndpoint.Respond(400, """{"error":"invalid_client"}""");

    /// <summary>The settings of a profile.</summary>
    public static IEnumerable<(string Key, string Value)> Settings(string name, string api, Uri tokenEndpoint)
    {
        var section = Clik2payOptions.SectionOf(name);
        return
        [
            ($"{section}:Environment", "Custom"),
            ($"{section}:ApiBaseUrl", api),
            ($"{section}:TokenEndpoint", tokenEndpoint.AbsoluteUri),
            ($"{section}:Username", Secrets.Username),
            ($"{section}:Password", Secrets.Password),
            ($"{section}:ApiKey", Secrets.ApiKey),
        ];
    }

    /// <summary>
    /// Sends a request for each profile. Such a request waits for the first refresh of its profile, so afterwards each profile has a
    /// token or a failure.
    /// </summary>
    public static async Task WaitForProfilesAsync(this TestSidecar sidecar)
    {
        foreach (var profile in sidecar.Services.GetRequiredService<Profiles>().All)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, "/open/v1/a");
            request.Headers.Add(SidecarHeaders.Profile, profile.Name);
            await sidecar.Caller.SendAsync(request);
        }
    }
}
