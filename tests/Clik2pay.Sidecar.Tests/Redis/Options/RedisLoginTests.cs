using Clik2pay.Sidecar.Redis.Options;
using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Redis.Options;

/// <summary>The files of a login are read again for each connection.</summary>
public sealed class RedisLoginTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_changed_file_changes_the_login()
    {
        var login = RedisSettings.Read(
            ("Redis:ConnectionString", "r"),
            ("Redis:UserFile", folder.Write("user", "user-1\n")),
            ("Redis:PasswordFile", folder.Write("password", "password-1\n"))).Login;

        Assert.Equal(("user-1", "password-1"), Read(login));

        folder.Write("user", "user-2\n");
        folder.Write("password", "password-2");
        Assert.Equal(("user-2", "password-2"), Read(login));
    }

    [Fact]
    public void A_file_and_a_value_can_be_combined() =>
        Assert.Equal(("u", "p"), Read(RedisSettings.Read(
            ("Redis:ConnectionString", "r,user=u"),
            ("Redis:PasswordFile", folder.Write("password", "p"))).Login));

    [Fact]
    public void The_login_of_the_Sentinels_is_read_from_its_files()
    {
        var login = RedisSettings.Read(
            ("Redis:ConnectionString", "r,serviceName=m"),
            ("Redis:SentinelUserFile", folder.Write("user", "u")),
            ("Redis:SentinelPasswordFile", folder.Write("password", "p"))).SentinelLogin;

        Assert.Equal(("u", "p"), Read(login!));

        File.Delete(login!.PasswordFile!);
        Assert.Null(login.TryRead(out var error));
        Assert.Equal($"Redis:SentinelPasswordFile: the file {login.PasswordFile} does not exist. Create it or correct the path.", error);
    }

    [Fact]
    public void A_token_of_2_KiB_is_accepted_as_a_password()
    {
        var token = $"{new string('a', 2048)}/?&=%-._~";

        Assert.Equal((null, token), Read(new() { PasswordFile = folder.Write("token", token) }));
    }

    [Theory]
    [InlineData("", "is empty.")]
    [InlineData("\n", "is empty.")]
    [InlineData("  \n", "contains only white space.")]
    [InlineData("\t", "contains only white space.")]
    [InlineData("canary\n\n", "at position 7.")]
    [InlineData("canary\u0007", "at position 7.")]
    [InlineData("canaryé", "at position 7.")]
    public void A_file_without_a_valid_password_gives_an_error_and_no_login(string content, string reason)
    {
        var login = new RedisLogin { User = "canary", PasswordFile = folder.Write("password", content) };

        Assert.Null(login.TryRead(out var error));

        Assert.StartsWith($"Redis:PasswordFile: the file {login.PasswordFile} ", error, StringComparison.Ordinal);
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("u", " ", "Redis:Password: it contains only white space.")]
    [InlineData(" ", "p", "Redis:User: it contains only white space.")]
    public void A_login_of_white_space_gives_an_error(string user, string password, string expected)
    {
        Assert.Null(new RedisLogin { User = user, Password = password }.TryRead(out var error));
        Assert.Equal(expected, error);
    }

    [Fact]
    public void A_file_of_more_than_64_KiB_is_refused()
    {
        var login = new RedisLogin { Password = "p", UserFile = folder.Write("user", new('a', (64 * 1024) + 1)) };

        Assert.Null(login.TryRead(out var error));
        Assert.Equal($"Redis:UserFile: the file {login.UserFile} has more than 64 KiB, so it is not a secret.", error);
    }

    [Theory]
    [InlineData("/nowhere/password", "the file /nowhere/password does not exist. Create it or correct the path.")]
    [InlineData("/", "the file / is a folder.")]
    [InlineData("canary", "the file that it names does not exist. Use an absolute path.")]
    [InlineData("", "the file that it names cannot be read")]
    [InlineData("/canary\0", "the file that it names cannot be read")]
    public void A_path_that_cannot_be_read_gives_an_error(string path, string reason)
    {
        Assert.Null(new RedisLogin { PasswordFile = path }.TryRead(out var error));

        Assert.StartsWith($"Redis:PasswordFile: {reason}", error, StringComparison.Ordinal);
        Assert.DoesNotContain("canary", error, StringComparison.Ordinal);
    }

    [Fact]
    public void The_text_of_a_login_contains_no_secret()
    {
        var login = new RedisLogin { User = "canary", Password = "canary", UserFile = "canary", PasswordFile = "canary" };

        Assert.Equal("Redis login", $"{login}");
    }

    private static (string? User, string? Password) Read(RedisLogin login)
    {
        var read = login.TryRead(out var error);
        Assert.Null(error);
        Assert.NotNull(read);
        Assert.Equal((null, null), (read.UserFile, read.PasswordFile));
        return (read.User, read.Password);
    }
}
