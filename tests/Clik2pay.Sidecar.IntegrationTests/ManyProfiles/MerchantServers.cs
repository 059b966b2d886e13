using System.Globalization;
using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Tests.Support.Tokens;
using Clik2pay.Sidecar.Tests.Support.Wire;
using Microsoft.Extensions.DependencyInjection;

namespace Clik2pay.Sidecar.IntegrationTests.ManyProfiles;

/// <summary>The API and the token endpoint of a provider, and sidecars with one profile for each of its merchants.</summary>
internal sealed class MerchantServers : IAsyncDisposable
{
    private const string Header = "Clik2pay-Sidecar-Profile";

    private MerchantServers(ManyMerchants merchants, RecordingUpstream api, FakeTokenEndpoint tokenEndpoint) =>
        (Merchants, Api, TokenEndpoint) = (merchants, api, tokenEndpoint);

    public ManyMerchants Merchants { get; }

    public RecordingUpstream Api { get; }

    public FakeTokenEndpoint TokenEndpoint { get; }

    /// <summary>The names <c>p1</c> to <c>p50</c>.</summary>
    public static IReadOnlyList<string> FiftyNames { get; } =
        [.. Enumerable.Range(1, 50).Select(number => string.Create(CultureInfo.InvariantCulture, $"p{number}"))];

    public static async Task<MerchantServers> StartAsync(IReadOnlyList<string> names)
    {
        var merchants = new ManyMerchants(names);
        var (api, tokenEndpoint) = (await RecordingUpstream.StartAsync(), await FakeTokenEndpoint.StartAsync());
        (api.RespondUnrecorded, tokenEndpoint.Fault) = (merchants.RespondAsync, merchants.IssueTokenAsync);
        return new(merchants, api, tokenEndpoint);
    }

    /// <summary>The settings of all profiles, with the first credential set of each merchant.</summary>
    public IEnumerable<(string Key, string? Value)> Settings()
    {
        foreach (var name in Merchants.Names)
        {
            var credentials = ManyMerchants.CredentialsOf(name, set: 0);
            yield return ($"Profiles:{name}:Environment", "Custom");
            yield return ($"Profiles:{name}:ApiBaseUrl", Api.Address);
            yield return ($"Profiles:{name}:TokenEndpoint", TokenEndpoint.Address.AbsoluteUri);
            yield return ($"Profiles:{name}:Username", credentials[0]);
            yield return ($"Profiles:{name}:Password", credentials[1]);
            yield return ($"Profiles:{name}:ApiKey", credentials[2]);
        }
    }

    /// <summary>Starts a sidecar with these settings and no profile <c>default</c>.</summary>
    public Task<TestSidecar> StartSidecarAsync(params IEnumerable<(string Key, string? Value)> settings) =>
        TestSidecar.StartAsync(Api, TokenEndpoint, [
            .. from key in TestSidecar.Defaults("", TokenEndpoint.Address).Keys
               where key.StartsWith("Clik2pay:", StringComparison.Ordinal)
               select (key, (string?)null),
            .. settings]);

    /// <summary>Sends a request with a profile's name in the header and in the path.</summary>
    /// <returns>The status, and the body if the status is 200.</returns>
    public static async Task<string> CallAsync(TestSidecar sidecar, string profile, bool isPost = false)
    {
        using var request = new HttpRequestMessage(isPost ? HttpMethod.Post : HttpMethod.Get, ManyMerchants.PathOf(profile));
        request.Headers.Add(Header, profile);
        if (isPost)
            request.Content = new StringContent("{}");
        using var response = await sidecar.Caller.SendAsync(request, CancellationToken.None);
        return response.IsSuccessStatusCode
            ? $"200 {await response.Content.ReadAsStringAsync(CancellationToken.None)}"
            : string.Create(CultureInfo.InvariantCulture, $"{(int)response.StatusCode}");
    }

    public static Profile ProfileOf(TestSidecar sidecar, string name) =>
        sidecar.Services.GetRequiredService<Profiles>().Find(name)!;

    public async ValueTask DisposeAsync()
    {
        await Api.DisposeAsync();
        await TokenEndpoint.DisposeAsync();
    }
}
