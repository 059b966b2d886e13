using Clik2pay.Sidecar.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace Clik2pay.Sidecar.Tests.Requests.Callers;

/// <summary>The settings in <c>Callers</c>.</summary>
public sealed class CallerSettingsTests : IDisposable
{
    private const string Token = "canary-token-of-the-shop";

    private readonly TemporaryFolder folder = new();
    private readonly string tokenFile;

    public CallerSettingsTests() => tokenFile = folder.Write("token", Token + "\n");

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Without_callers_there_are_none() => Assert.Empty(Read().KnownCallers);

    [Fact]
    public void A_caller_has_its_settings_and_the_profile_default()
    {
        var caller = Assert.Single(Read(
            ("Callers:Shop:TokenFiles", tokenFile), ("Callers:shop:Operations", "create;GET /open/v1/*")).KnownCallers);

        Assert.Equal("shop", caller.Name);
        Assert.Equal(["default"], caller.Profiles);
        Assert.Equal(["POST /open/v1/payment-requests", "GET /open/v1/*"], caller.Operations.Select(operation => $"{operation}"));
        Assert.Single(caller.Tokens);
        Assert.False(caller.RequiresPeer);
    }

    [Fact]
    public void Lists_can_be_arrays_in_JSON()
    {
        var caller = Assert.Single(Read(
            ("Sidecar:Listen", "http://unix:/run/sidecar.sock"),
            ("Profiles:shop:Environment", "Sandbox"),
            ("Profiles:shop:Username", "u"),
            ("Profiles:shop:Password", "p"),
            ("Profiles:shop:ApiKey", "k"),
            ("Callers:a:TokenFiles:0", tokenFile),
            ("Callers:a:TokenFiles:1", folder.Write("second", Token + "2")),
            ("Callers:a:Uid:0", "1000"),
            ("Callers:a:Gid", "5; 6"),
            ("Callers:a:Profiles:0", "SHOP"),
            ("Callers:a:Profiles:1", "default"),
            ("Callers:a:Operations:0", "read")).KnownCallers);

        Assert.Equal((2, 2), (caller.TokenFiles.Count, caller.Tokens.Count));
        Assert.Equal([1000u], caller.Uids);
        Assert.Equal([5u, 6u], caller.Gids);
        Assert.Equal(["shop", "default"], caller.Profiles);
    }

    [Theory]
    [InlineData("Callers:shop:TokenFiles: it is missing. Set it, Callers:shop:Uid or Callers:shop:Gid", "Callers:shop:TokenFiles=")]
    [InlineData("Callers:shop:TokenFiles: the file that it names does not exist", "Callers:shop:TokenFiles=" + Token)]
    [InlineData("Callers:shop:TokenFiles: the file /nowhere/token does not exist", "Callers:shop:TokenFiles=/nowhere/token")]
    [InlineData("Callers:shop:TokenFiles: the file {folder}/short has fewer than 16 characters", "Callers:shop:TokenFiles={folder}/short")]
    [InlineData("Callers:shop:TokenFiles: the file {folder}/space begins or ends with a space", "Callers:shop:TokenFiles={folder}/space")]
    [InlineData("Callers:shop:TokenFiles: the file {folder}/lines has a line end", "Callers:shop:TokenFiles={folder}/lines")]
    [InlineData("Callers:shop:Operations: it is missing", "Callers:shop:Operations=")]
    [InlineData("Callers:shop:Operations: entry 2 is not a valid operation. Use create, read,", "Callers:shop:Operations=read;creat")]
    [InlineData("Callers:shop:Operations: entry 1 is not a valid operation", "Callers:shop:Operations=GET canary")]
    [InlineData("Callers:shop:Profiles: entry 2 is not the name of a profile. Use one of: default", "Callers:shop:Profiles=default;canary")]
    [InlineData("Callers:shop:Uid: no listener is a Unix socket", "Callers:shop:Uid=1000")]
    [InlineData("Callers:shop:Gid: no listener is a Unix socket", "Callers:shop:Gid=1000")]
    [InlineData("Callers:shop:Uid: entry 1 is not a whole number", "Callers:shop:Uid=canary", "Sidecar:Listen=http://unix:/run/a.sock")]
    [InlineData("Callers:shop:Uid: entry 1 is not a", "Callers:shop:Uid=4294967295", "Sidecar:Listen=http://unix:/run/a.sock")]
    [InlineData("Callers:shop:Uid: entry 2 is 65534, which", "Callers:shop:Uid=1;65534", "Sidecar:Listen=http://unix:/run/a.sock")]
    [InlineData("Callers:shop:Gid: entry 1 is 65534, which", "Callers:shop:Gid=065534", "Sidecar:Listen=http://unix:/run/a.sock")]
    [InlineData("Callers:shop:TokenFiles: the list has no entry", "Callers:shop:TokenFiles=;")]
    [InlineData("Callers:shop:Profiles: the list has no entry", "Callers:shop:Profiles= ")]
    [InlineData("Callers:shop:Operations: the list has no entry", "Callers:shop:Operations= ; ")]
    [InlineData("Callers:shop:Token: unknown setting", "Callers:shop:Token=" + Token)]
    [InlineData("Callers:none: the name is reserved", "Callers:none:Operations=read")]
    [InlineData("Callers:a…: the name is not valid", "Callers:a.b:Operations=read")]
    [InlineData("Sidecar:CallerToken: with Callers, each caller has its own token", "Sidecar:CallerToken=another-caller-token")]
    [InlineData(
        "Callers:shop:TokenFiles: the caller app has the same token",
        "Callers:app:TokenFiles={folder}/token",
        "Callers:app:Operations=read")]
    public void An_invalid_setting_is_one_error_that_does_not_quote_the_token(string expected, params string[] settings)
    {
        folder.Write("short", "canary-15-chars");
        folder.Write("space", Token + " ");
        folder.Write("lines", Token + "\n\n");

        var error = Assert.Single(Errors([.. Shop, .. settings.Select(Parse)]));

        Assert.StartsWith(Place(expected), error, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Uid", "uid")]
    [InlineData("Gid", "gid")]
    public void The_same_id_in_two_callers_without_tokens_is_an_error(string setting, string kind)
    {
        var error = Assert.Single(Errors(
            ("Sidecar:Listen", "http://unix:/run/a.sock"),
            ($"Callers:a:{setting}", "1;2"), ("Callers:a:Operations", "read"),
            ($"Callers:b:{setting}", "2;3"), ("Callers:b:Operations", "create")));

        Assert.StartsWith($"Callers:b:{setting}: the caller a has the same {kind}", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Callers:agent:Uid", ";")]
    [InlineData("Callers:agent:Uid", " ; ")]
    [InlineData("Callers:agent:Gid", ";")]
    public void A_list_without_an_id_is_an_error_because_every_peer_would_be_the_caller(string key, string value)
    {
        var error = Assert.Single(Errors(
            ("Sidecar:Listen", "http://unix:/run/a.sock"),
            ("Callers:agent:Operations", "refund"), (key, value),
            ("Callers:shop:Uid", "1000"), ("Callers:shop:Operations", "read")));

        Assert.StartsWith("Callers:agent:", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Callers:shop:Uid", ";")]
    [InlineData("Callers:shop:Gid", ";")]
    public void A_list_without_an_id_beside_a_token_is_an_error_because_the_condition_would_be_lost(string key, string value)
    {
        var error = Assert.Single(Errors([.. Shop, ("Sidecar:Listen", "http://unix:/run/a.sock"), (key, value)]));

        Assert.StartsWith(key, error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_list_without_a_file_beside_an_id_is_an_error_because_the_condition_would_be_lost()
    {
        var error = Assert.Single(Errors(
            ("Sidecar:Listen", "http://unix:/run/a.sock"),
            ("Callers:shop:TokenFiles", ";"), ("Callers:shop:Uid", "1000"), ("Callers:shop:Operations", "read")));

        Assert.StartsWith("Callers:shop:TokenFiles", error, StringComparison.Ordinal);
    }

    [Fact]
    public void Callers_with_tokens_can_have_the_same_id() => Read(
        [
            .. Shop, ("Callers:shop:Uid", "1"), ("Sidecar:Listen", "http://unix:/run/a.sock"),
            ("Callers:b:Uid", "1"), ("Callers:b:Operations", "create"),
        ]);

    [Fact]
    public void A_listener_with_an_unknown_profile_is_an_error()
    {
        var error = Assert.Single(Errors(("Sidecar:Listeners:default:Profile", "shop")));

        Assert.Equal("Sidecar:Listeners:default:Profile: there is no profile 'shop'. Use one of: default.", error);
    }

    [Fact]
    public void A_caller_without_profiles_is_an_error_if_there_is_no_profile_default()
    {
        var error = Assert.Single(Errors(
        [
            .. TestSidecar.Defaults("http://127.0.0.1:1", new("http://127.0.0.1:1/token")).Keys
                .Where(key => key.StartsWith("Clik2pay:", StringComparison.Ordinal)).Select(key => (key, (string?)null)),
            .. TestProfiles.Settings("east", "http://127.0.0.1:1", new("http://127.0.0.1:1/token")).Select(one => (one.Key, one.Value)),
            .. Shop,
        ]));

        Assert.Equal("Callers:shop:Profiles: it is missing, and there is no profile 'default'. Use one of: east.", error);
    }

    private (string, string?)[] Shop => [("Callers:shop:TokenFiles", tokenFile), ("Callers:shop:Operations", "read")];

    private static Settings Read(params (string Key, string? Value)[] settings)
    {
        var read = Settings.TryRead(Configure(settings), out var errors);
        Assert.Empty(errors);
        return read!;
    }

    private static IReadOnlyList<string> Errors(params (string Key, string? Value)[] settings)
    {
        Assert.Null(Settings.TryRead(Configure(settings), out var errors));
        return errors;
    }

    private static IConfigurationRoot Configure((string Key, string? Value)[] settings)
    {
        var values = TestSidecar.Defaults("http://127.0.0.1:1", new("http://127.0.0.1:1/token"));
        foreach (var (key, value) in settings)
            values[key] = value;
        return new ConfigurationBuilder().AddInMemoryCollection(values).Build();
    }

    private string Place(string text) => text.Replace("{folder}", folder.FullName, StringComparison.Ordinal);

    private (string, string?) Parse(string setting) => setting.Split('=', 2) is [var key, var value] ? (key, Place(value)) : default;
}
