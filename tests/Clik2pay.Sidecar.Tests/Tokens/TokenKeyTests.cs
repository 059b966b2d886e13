using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Tests.Support;
using Clik2pay.Sidecar.Tokens;

namespace Clik2pay.Sidecar.Tests.Tokens;

public sealed class TokenKeyTests
{
    private static readonly Clik2payOptions Options = new()
    {
        Environment = Clik2payEnvironment.Sandbox,
        ApiBaseUrl = new("https://api.example"),
        TokenEndpoint = new("https://auth.example/token"),
        Credentials = new("user", "password", "key"),
        Scope = "payment_request/all",
        RefreshAt = 0.75,
    };

    [Lesson("a stale token served after a change of scope or secret: DuendeSoftware/Support#1396, #634")]
    [Fact]
    public void Each_value_that_a_token_depends_on_changes_the_key()
    {
        Clik2payOptions[] others =
        [
            Options with { Environment = Clik2payEnvironment.Production },
            Options with { TokenEndpoint = new("https://auth.example/other") },
            Options with { Credentials = new("other", "password", "key") },
            Options with { Credentials = new("user", "other", "key") },
            Options with { Scope = "other" },
            Options with { Scope = "" },

            // The same characters, divided differently.
            Options with { Credentials = new("userp", "password", "key"), Scope = "ayment_request/all" },
        ];

        var keys = others.Append(Options).Select(TokenKey.For).ToList();

        Assert.Equal(keys.Count, keys.Distinct().Count());
    }

    [Fact]
    public void Refresh_point_and_API_key_do_not_change_the_key() =>
        Assert.Equal(
            TokenKey.For(Options),
            TokenKey.For(Options with { RefreshAt = 0.5, Credentials = new("user", "password", "other key") }));

    [Fact]
    public void The_key_contains_only_the_environment_and_a_hash()
    {
        var key = TokenKey.For(Options).ToString();

        Assert.Matches("^Sandbox:[0-9a-f]{32}$", key);
    }
}
