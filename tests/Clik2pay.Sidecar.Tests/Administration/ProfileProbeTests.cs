using System.Net;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tests.Support.Tokens;

namespace Clik2pay.Sidecar.Tests.Administration;

/// <summary>The probes of a sidecar with several profiles, and <c>Sidecar:ReadyWhen</c>.</summary>
public sealed class ProfileProbeTests
{
    [Theory]
    [InlineData("Any", HttpStatusCode.OK, "")]
    [InlineData("All", HttpStatusCode.ServiceUnavailable, "Sidecar:ReadyWhen=All requires every profile.\n")]
    public async Task If_one_of_two_profiles_is_refused_the_setting_decides_and_the_text_names_the_profile(
        string readyWhen, HttpStatusCode status, string requirement)
    {
        await using var refused = await FakeTokenEndpoint.StartAsync();
        TestProfiles.Refuse(refused);
        await using var sidecar = await StartAsync(readyWhen, refused);

        var startup = await GetAsync(sidecar, "/startupz");
        var readiness = await GetAsync(sidecar, "/readyz");

        Assert.Equal((status, status), (startup.Status, readiness.Status));
        Assert.StartsWith(
            "Profiles that have obtained an access token: 1 of 2.\nProfile shop: There is no access token yet: ",
            startup.Text,
            StringComparison.Ordinal);
        Assert.StartsWith(
            "Profiles that are ready: 1 of 2.\nProfile shop: There is no access token, and none can be obtained: ",
            readiness.Text,
            StringComparison.Ordinal);
        Assert.All((string[])[startup.Text, readiness.Text], text =>
        {
            Assert.Contains("Profiles:shop:Environment", text, StringComparison.Ordinal);
            Assert.EndsWith($".\n{requirement}", text, StringComparison.Ordinal);
            Assert.Equal(requirement.Length > 0, text.Contains("ReadyWhen", StringComparison.Ordinal));
            Assert.DoesNotContain("canary", text, StringComparison.Ordinal);
        });
        Assert.Equal(HttpStatusCode.OK, (await GetAsync(sidecar, "/livez")).Status);
    }

    [Theory]
    [InlineData("Any")]
    [InlineData("All")]
    public async Task If_both_profiles_have_a_token_all_probes_succeed(string readyWhen)
    {
        await using var other = await FakeTokenEndpoint.StartAsync();
        await using var sidecar = await StartAsync(readyWhen, other);

        Assert.Equal(
            (HttpStatusCode.OK, "Profiles that have obtained an access token: 2 of 2.\n"), await GetAsync(sidecar, "/startupz"));
        Assert.Equal(
            (HttpStatusCode.OK, "Profiles that are ready: 2 of 2.\n"), await GetAsync(sidecar, "/readyz"));
    }

    [Theory]
    [InlineData("Any")]
    [InlineData("All")]
    public async Task If_both_profiles_are_refused_startup_and_readiness_fail(string readyWhen)
    {
        await using var other = await FakeTokenEndpoint.StartAsync();
        TestProfiles.Refuse(other);
        await using var sidecar = await StartAsync(readyWhen, other, TestProfiles.Refuse);

        var startup = await GetAsync(sidecar, "/startupz");
        var readiness = await GetAsync(sidecar, "/readyz");

        Assert.Equal(
            (HttpStatusCode.ServiceUnavailable, HttpStatusCode.ServiceUnavailable), (startup.Status, readiness.Status));
        Assert.Contains("0 of 2.\nProfile default: ", readiness.Text, StringComparison.Ordinal);
        Assert.Contains("\nProfile shop: ", readiness.Text, StringComparison.Ordinal);
    }

    /// <summary>A profile whose token endpoint is unavailable may obtain a token at any time, so it is ready but not started.</summary>
    [Fact]
    public async Task If_the_token_endpoint_of_one_profile_is_unavailable_only_startup_fails_with_All()
    {
        await using var other = await FakeTokenEndpoint.StartAsync();
        other.Fault = FakeTokenEndpoint.Respond(503, "");
        await using var sidecar = await StartAsync("All", other);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, (await GetAsync(sidecar, "/startupz")).Status);
        Assert.Equal(
            (HttpStatusCode.OK, "Profiles that are ready: 2 of 2.\n"), await GetAsync(sidecar, "/readyz"));
    }

    [Fact]
    public async Task A_probe_describes_the_first_five_of_the_profiles_that_are_not_ready()
    {
        await using var refused = await FakeTokenEndpoint.StartAsync();
        TestProfiles.Refuse(refused);
        var settings = Enumerable.Range(1, 7)
            .SelectMany(number => TestProfiles.Settings($"shop-{number}", "http://127.0.0.1:1", refused.Address));
        await using var sidecar = await TestSidecar.StartAsync([.. settings]);
        await sidecar.WaitForProfilesAsync();

        var (status, text) = await GetAsync(sidecar, "/readyz");

        Assert.Equal(HttpStatusCode.OK, status);
        var lines = text.Split('\n');
        Assert.Equal("Profiles that are ready: 1 of 8.", lines[0]);
        Assert.Equal(
            ["Profile shop-1", "Profile shop-2", "Profile shop-3", "Profile shop-4", "Profile shop-5"],
            lines[1..6].Select(line => line.Split(':')[0]));
        Assert.Equal(["Further profiles: 2. See /status.", ""], lines[6..]);
    }

    private static async Task<TestSidecar> StartAsync(
        string readyWhen, FakeTokenEndpoint other, Action<FakeTokenEndpoint>? arrange = null)
    {
        var sidecar = await TestSidecar.StartAsync(
            [("Sidecar:ReadyWhen", readyWhen), .. TestProfiles.Settings("shop", "http://127.0.0.1:1", other.Address)], arrange: arrange);
        await sidecar.WaitForProfilesAsync();
        return sidecar;
    }

    private static async Task<(HttpStatusCode Status, string Text)> GetAsync(TestSidecar sidecar, string path)
    {
        var response = await sidecar.Admin.GetAsync(path);
        return (response.StatusCode, await response.Content.ReadAsStringAsync());
    }
}
