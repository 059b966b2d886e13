using Clik2pay.Sidecar.Provider;
using Microsoft.Extensions.Configuration;

namespace Clik2pay.Sidecar.Tests.Configuration;

/// <summary>The sections <c>Clik2pay</c> and <c>Profiles:{name}</c> have the same settings.</summary>
public sealed class ProfileSettingsTests
{
    private static readonly (string Key, string Value)[] Default =
    [
        ("Clik2pay:Environment", "Sandbox"), ("Clik2pay:Username", "user"), ("Clik2pay:Password", "pass"), ("Clik2pay:ApiKey", "key"),
    ];

    private static readonly (string Key, string Value)[] Shop =
    [
        ("Profiles:shop:Environment", "Production"), ("Profiles:shop:Username", "shop-user"),
        ("Profiles:shop:Password", "shop-pass"), ("Profiles:shop:ApiKey", "shop-key"),
    ];

    [Fact]
    public void A_further_profile_has_its_own_settings_and_the_usual_defaults()
    {
        var profiles = Read([.. Default, .. Shop, ("Profiles:shop:RefreshAt", "0.5")]);

        Assert.Equal(["default", "shop"], profiles.Select(profile => profile.Profile));
        Assert.Equal(
            [new Uri("https://api.sandbox.clik2pay.com"), new Uri("https://api.clik2pay.com")],
            profiles.Select(profile => profile.ApiBaseUrl));
        Assert.Equal([new CredentialSet("user", "pass", "key"), new("shop-user", "shop-pass", "shop-key")],
            profiles.Select(profile => profile.Credentials));
        Assert.Equal([0.75, 0.5], profiles.Select(profile => profile.RefreshAt));
        Assert.Equal("payment_request/all", profiles[1].Scope);
    }

    [Fact]
    public void With_another_profile_the_default_one_is_optional() =>
        Assert.Equal("shop", Assert.Single(Read(Shop)).Profile);

    [Fact]
    public void Empty_settings_of_the_default_profile_count_as_missing() =>
        Assert.Equal("shop", Assert.Single(Read([.. Shop, ("Clik2pay:Username", ""), ("Clik2pay:Scope", "")])).Profile);

    [Fact]
    public void A_default_profile_that_is_incomplete_is_refused_even_if_there_is_another_profile() => Assert.Equal(
        ["Clik2pay:Password", "Clik2pay:ApiKey"], KeysOfErrors([.. Default[..2], .. Shop]));

    [Fact]
    public void Names_are_compared_without_case_and_reported_in_lower_case()
    {
        var mixed = Shop.Select(pair => (pair.Key.Replace("shop", "ShOp", StringComparison.Ordinal), pair.Value));

        Assert.Equal("shop", Assert.Single(Read(mixed)).Profile);
    }

    [Fact]
    public void Errors_name_the_keys_of_the_profile()
    {
        var errors = Errors(
        [
            .. Default, ("Profiles:shop:Environment", "Sandbox"), ("Profiles:shop:ApiBaseUrl", "https://api.example"),
            ("Profiles:shop:Username", "a:b"), ("Profiles:shop:UsernameFile", "/run/user"), ("Profiles:shop:Typo", "1"),
        ]);

        Assert.All(errors, error => Assert.StartsWith("Profiles:shop:", error, StringComparison.Ordinal));
        Assert.Equal(["ApiBaseUrl", "Username", "Password", "ApiKey", "Typo"], errors.Select(error => error.Split(':')[2]));
        Assert.Contains("only for Profiles:shop:Environment=Custom", errors[0], StringComparison.Ordinal);
        Assert.Contains("Keep one of Profiles:shop:Username and Profiles:shop:UsernameFile", errors[1], StringComparison.Ordinal);
        Assert.Contains("or set Profiles:shop:CredentialsDirectory", errors[2], StringComparison.Ordinal);
        Assert.DoesNotContain("Clik2pay:", string.Concat(errors), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Profiles:a b:Username", "Profiles:a…", "the name is not valid")]
    [InlineData("Profiles:-a:Username", "Profiles:…", "the name is not valid")]
    [InlineData("Profiles:a__canary:Username", "Profiles:a…", "the name is not valid")]
    [InlineData("Profiles:a0123456789012345678901234567890123456789:Username", "Profiles:a0123456…: ", "the name is not valid")]
    [InlineData("Profiles:none:Username", "Profiles:none", "the name is reserved")]
    [InlineData("Profiles:default:Username", "Profiles:default", "the section Clik2pay is the profile default")]
    [InlineData("Profiles:canary", "Profiles:canary", "cannot have a value")]
    [InlineData("Profiles:shop:Username:canary", "Profiles:shop:Username", "unknown setting")]
    public void A_section_that_is_not_valid_is_refused(string key, string start, string text)
    {
        var error = Assert.Single(Errors([.. Default, .. Shop, (key, "canary-value")]));

        Assert.StartsWith(start, error, StringComparison.Ordinal);
        Assert.Contains(text, error, StringComparison.Ordinal);
        Assert.DoesNotContain("canary-value", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Profiles:shop:ApiBaseUrl", "http://127.0.0.1:8080")]
    [InlineData("Profiles:shop:TokenEndpoint", "http://127.0.0.1:9090/oauth2/token")]
    public void A_profile_whose_address_is_the_sidecars_own_is_refused(string key, string value)
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["Profiles:shop:ApiBaseUrl"] = "https://api.example",
            ["Profiles:shop:TokenEndpoint"] = "https://auth.example/token",
            [key] = value,
        };
        var error = Assert.Single(Errors(
        [
            .. Default, .. Shop.Skip(1), ("Profiles:shop:Environment", "Custom"), .. settings.Select(pair => (pair.Key, pair.Value)),
        ]));

        Assert.StartsWith("Profiles:shop:ApiBaseUrl: this address or Profiles:shop:TokenEndpoint is", error, StringComparison.Ordinal);
    }

    private static IReadOnlyList<Clik2payOptions> Read(IEnumerable<(string Key, string Value)> values)
    {
        var settings = Settings.TryRead(Build(values), out var errors);
        Assert.Empty(errors);
        return settings!.Profiles;
    }

    private static IReadOnlyList<string> Errors(IEnumerable<(string Key, string Value)> values)
    {
        Assert.Null(Settings.TryRead(Build(values), out var errors));
        return errors;
    }

    private static IEnumerable<string> KeysOfErrors(IEnumerable<(string Key, string Value)> values) =>
        Errors(values).Select(error => error.Split(": ")[0]);

    private static IConfigurationRoot Build(IEnumerable<(string Key, string Value)> values) => new ConfigurationBuilder()
        .AddInMemoryCollection(values.Select(pair => KeyValuePair.Create(pair.Key, (string?)pair.Value))).Build();
}
