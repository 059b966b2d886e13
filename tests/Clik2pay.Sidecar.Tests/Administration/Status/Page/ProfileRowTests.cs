using System.Text;
using Clik2pay.Sidecar.Administration.Status;
using Clik2pay.Sidecar.Administration.Status.Page;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Refresh;

namespace Clik2pay.Sidecar.Tests.Administration.Status.Page;

/// <summary>The page of a sidecar with several profiles.</summary>
public sealed class ProfileRowTests
{
    private const string AllHaveTokens = "Each of the 2 profiles has a valid access token.";

    private static readonly ProfileStatus Refused = ExampleStatus.Profile("refused") with
    {
        Readiness = new(IsHealthy: false, "a reason"),
        Token = null,
        Refreshes = [Run(RefreshOutcome.Rejected)],
        NextRefresh = TimeSpan.Zero,
    };

    private static readonly ProfileStatus WithoutToken = ExampleStatus.Profile("waiting") with
    {
        Token = null,
        Refreshes = [Run(RefreshOutcome.Unavailable)],
    };

    private static readonly ProfileStatus Failing = ExampleStatus.Profile("failing") with { Refreshes = [Run(RefreshOutcome.Unavailable)] };

    [Fact]
    public void With_one_profile_the_page_does_not_mention_profiles()
    {
        var page = Write(ExampleStatus.Ready);

        Assert.DoesNotContain("rofile", page.Split("<body>")[1].Split("<script")[0], StringComparison.Ordinal);
        Assert.Contains("<h2 id=\"token\">Access token</h2>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void A_row_has_name_environment_state_token_and_next_refresh() => Assert.Equal(
        """
        <tr><th scope="row"><a href="?profile=default#token"
        aria-current="page"
        >default</a> <span class="badge sandbox">Sandbox</span></th>
        <td class="ok">Ready
        </td><td class="number">30 min</td><td class="number">in 15 min</td></tr>
        <tr><th scope="row"><a href="?profile=refused#token"
        >refused</a> <span class="badge sandbox">Sandbox</span></th>
        <td class="bad">Not ready
        <a href="troubleshooting#503-credentials_refused">What to do<span class="unseen">: 503 credentials_refused</span></a>
        </td><td class="number">none</td><td class="number">now</td></tr>

        """,
        TableOf(Write(Several(ExampleStatus.Profile("default"), Refused))));

    [Fact]
    public void Times_in_a_row_have_only_their_largest_unit()
    {
        var profile = ExampleStatus.Profile("shop") with
        {
            Token = new(TimeSpan.FromHours(1), TimeSpan.FromSeconds(3599)),
            NextRefresh = TimeSpan.FromHours(2.5),
        };

        Assert.Contains(
            "<td class=\"number\">59 min</td><td class=\"number\">in 2 h</td>",
            TableOf(Write(Several(ExampleStatus.Profile("default"), profile))),
            StringComparison.Ordinal);
    }

    [Fact]
    public void Rows_have_the_order_of_the_configuration_and_the_states_of_the_page()
    {
        var rows = TableOf(Write(Several(Failing, ExampleStatus.Profile("ready"), WithoutToken, Refused))).Split("<tr>")[1..];

        Assert.Equal(["failing", "ready", "waiting", "refused"], rows.Select(row => row.Split("?profile=")[1].Split('#')[0]));
        Assert.Equal(
            ["poor\">Ready, but token refreshes fail", "ok\">Ready", "bad\">No access token", "bad\">Not ready"],
            rows.Select(row => row.Split("<td class=\"")[1].Split('\n')[0]));
        Assert.Equal(
            ["503-token_unavailable", null, "503-token_unavailable", "503-credentials_refused"],
            rows.Select(row => row.Split("troubleshooting#").ElementAtOrDefault(1)?.Split('"')[0]));
    }

    [Fact]
    public void The_number_of_profiles_without_a_token_is_above_the_table()
    {
        var ready = ExampleStatus.Profile("ready");

        Assert.Contains($"<p>{AllHaveTokens}</p>", Write(Several(ready, Failing)), StringComparison.Ordinal);
        Assert.Contains("<p>1 of 2 profiles has no valid ", Write(Several(ready, Refused)), StringComparison.Ordinal);
        Assert.Contains(
            "<p>2 of 3 profiles have no valid ", Write(Several(ready, Refused, WithoutToken)), StringComparison.Ordinal);
    }

    [Fact]
    public void The_sections_below_the_table_describe_the_selected_profile_and_name_it()
    {
        var selected = WithoutToken with { Options = WithoutToken.Options with { ApiBaseUrl = new("https://other.example") } };
        var status = Several(ExampleStatus.Profile("default"), selected);

        var page = Encoding.UTF8.GetString(StatusPage.Write(status, selected));

        string[] texts =
        [
            "?profile=waiting#token\"\naria-current=\"page\"\n>",
            "<h2 id=\"token\">Access token of waiting</h2>\n<p>There is no valid access token",
            "<h2 id=\"refreshes\">Last refreshes of waiting</h2>",
            "<td class=\"bad\" title=\"unavailable\">Token endpoint unavailable</td>",
            "<dt>Last lease attempt of waiting</dt>",
            "<dt>API of waiting</dt><dd>https://other.example/</dd>",
            "<dt>Token endpoint of waiting</dt>",
        ];
        Assert.All(texts, text => Assert.Contains(text, page, StringComparison.Ordinal));
        Assert.Single(TableOf(page).Split("aria-current")[1..]);
    }

    [Fact]
    public void A_profile_without_a_token_makes_the_sidecar_poor_even_if_another_profile_is_selected() => AssertState(
        Several(ExampleStatus.Profile("ready"), WithoutToken, Failing),
        "Ready, but 1 of 3 profiles has no access token",
        "poor",
        "503-token_unavailable");

    [Fact]
    public void Several_profiles_without_a_token_are_counted_in_the_state() => AssertState(
        Several(Refused, ExampleStatus.Profile("ready"), WithoutToken),
        "Ready, but 2 of 3 profiles have no access token",
        "poor",
        "503-credentials_refused");

    [Fact]
    public void A_profile_whose_refreshes_fail_makes_the_sidecar_poor() => AssertState(
        Several(ExampleStatus.Profile("ready"), Failing), "Ready, but token refreshes fail", "poor", "503-token_unavailable");

    [Fact]
    public void If_no_profile_has_a_token_the_state_is_that_of_a_sidecar_without_a_token() => AssertState(
        Several(Refused, WithoutToken), "No access token", "bad", "503-token_unavailable");

    [Fact]
    public void The_readiness_probe_decides_whether_the_sidecar_is_ready() => AssertState(
        Several(ExampleStatus.Profile("ready"), Refused) with { Readiness = new(IsHealthy: false, "a reason") },
        "Not ready",
        "bad",
        "503-credentials_refused");

    [Fact]
    public void If_all_profiles_are_ready_the_sidecar_is_ready() =>
        AssertState(Several(ExampleStatus.Profile("a"), ExampleStatus.Profile("b")), "Ready", "ok", anchor: null);

    [Fact]
    public void Each_line_of_the_readiness_probe_is_a_paragraph_of_the_banner()
    {
        var status = Several(ExampleStatus.Profile("a"), Refused) with { Readiness = new(IsHealthy: true, "Summary.\nProfile b: <why>.") };

        Assert.Contains("</strong> Summary.</p>\n<p>Profile b: &lt;why&gt;.</p>\n", Write(status), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Sandbox", "Sandbox", "sandbox")]
    [InlineData("Production", "Mixed", "mixed")]
    public void The_badge_of_the_page_is_the_environment_of_all_profiles_or_Mixed(string other, string text, string cssClass)
    {
        var profile = ExampleStatus.Profile("other");
        var status = Several(
            ExampleStatus.Profile("default"),
            profile with { Options = profile.Options with { Environment = Enum.Parse<Clik2payEnvironment>(other) } });

        var page = Write(status);

        Assert.Contains(
            $"<p class=\"badge {cssClass}\"><span class=\"unseen\">Environment: </span>{text}</p>", page, StringComparison.Ordinal);
        Assert.Contains(
            $"<span class=\"badge {other.ToLowerInvariant()}\">{other}</span>", TableOf(page), StringComparison.Ordinal);
    }

    private static RefreshRun Run(RefreshOutcome outcome) => ExampleStatus.Run(RefreshTrigger.Scheduled, outcome, "a reason");

    private static SidecarStatus Several(params IReadOnlyList<ProfileStatus> profiles) => ExampleStatus.Ready with { Profiles = profiles };

    private static string Write(SidecarStatus status) => Encoding.UTF8.GetString(StatusPage.Write(status, status.Profiles[0]));

    private static string TableOf(string page) => page.Split("<tbody>\n")[1].Split("</tbody>")[0];

    private static void AssertState(SidecarStatus status, string state, string cssClass, string? anchor)
    {
        var page = Write(status);

        Assert.Contains($"<title>{state} – Clik2pay Sidecar</title>", page, StringComparison.Ordinal);
        Assert.Contains($"<div class=\"state {cssClass}\">\n<p><strong>{state}</strong>", page, StringComparison.Ordinal);
        var banner = page.Split("<div class=\"state")[1].Split("</div>")[0];
        Assert.Equal(anchor, banner.Split("troubleshooting#").ElementAtOrDefault(1)?.Split('"')[0]);
    }
}
