using System.Net;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;

namespace Clik2pay.Sidecar.Tests.Administration;

/// <summary><c>POST /tokens/refresh</c> of a sidecar with the profiles <c>default</c> and <c>shop</c>.</summary>
public sealed class ProfileRefreshTests
{
    [Fact]
    public async Task Without_a_profile_each_token_is_replaced_and_each_result_is_a_line()
    {
        await using var shop = await FakeTokenEndpoint.StartAsync();
        await using var sidecar = await StartAsync(shop);

        var (status, text) = await PostAsync(sidecar, "");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal((2, 2), (sidecar.TokenEndpoint.Calls, shop.Calls));
        Assert.Equal(
            ["Profile default: A new access token was obtained", "Profile shop: A new access token was obtained", ""],
            text.Split('\n').Select(line => line.Split('.')[0]));
    }

    [Theory]
    [InlineData("shop", 1, 2)]
    [InlineData("SHOP", 1, 2)]
    [InlineData("default", 2, 1)]
    public async Task With_a_profile_only_its_token_is_replaced(string name, int callsOfDefault, int callsOfShop)
    {
        await using var shop = await FakeTokenEndpoint.StartAsync();
        await using var sidecar = await StartAsync(shop);

        var (status, text) = await PostAsync(sidecar, $"?profile={name}");

        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal((callsOfDefault, callsOfShop), (sidecar.TokenEndpoint.Calls, shop.Calls));
        Assert.StartsWith($"Profile {name.ToLowerInvariant()}: A new access token was obtained.", text, StringComparison.Ordinal);
        Assert.Single(text.TrimEnd().Split('\n'));
    }

    [Fact]
    public async Task If_one_profile_fails_the_other_token_is_replaced_and_the_response_is_503_with_both_results()
    {
        await using var shop = await FakeTokenEndpoint.StartAsync();
        await using var sidecar = await StartAsync(shop);
        TestProfiles.Refuse(shop);

        var (status, text) = await PostAsync(sidecar, "");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, status);
        var lines = text.Split('\n');
        Assert.StartsWith("Profile default: A new access token was obtained.", lines[0], StringComparison.Ordinal);
        Assert.StartsWith("Profile shop: No new access token was obtained: ", lines[1], StringComparison.Ordinal);
        Assert.EndsWith(" The current token stays in use until it expires.", lines[1], StringComparison.Ordinal);
    }

    /// <summary>An empty name is usually a variable of a script without a value.</summary>
    [Theory]
    [InlineData("?profile=other-name")]
    [InlineData("?profile=")]
    [InlineData("?profile")]
    [InlineData("?profile=shop&profile=default")]
    public async Task An_unknown_profile_gets_404_with_the_known_names_and_makes_no_token_call(string query)
    {
        await using var shop = await FakeTokenEndpoint.StartAsync();
        await using var sidecar = await StartAsync(shop);

        Assert.Equal(
            (HttpStatusCode.NotFound, "There is no such profile. The profiles are default, shop.\n"), await PostAsync(sidecar, query));
        Assert.Equal((1, 1), (sidecar.TokenEndpoint.Calls, shop.Calls));
    }

    private static async Task<TestSidecar> StartAsync(FakeTokenEndpoint shop)
    {
        var sidecar = await TestSidecar.StartAsync(
            [("Sidecar:AllowQuit", "true"), .. TestProfiles.Settings("shop", "http://127.0.0.1:1", shop.Address)]);
        await sidecar.WaitForProfilesAsync();
        return sidecar;
    }

    private static async Task<(HttpStatusCode Status, string Text)> PostAsync(TestSidecar sidecar, string query)
    {
        var response = await sidecar.Admin.PostAsync($"/tokens/refresh{query}", content: null);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
