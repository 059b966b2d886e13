using Clik2pay.Sidecar.Tests.Support;

namespace Clik2pay.Sidecar.Tests.Redis.Options;

/// <summary>The settings of the section <c>Redis</c>, alone and together with the connection string.</summary>
public sealed class RedisSettingsTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void A_connection_string_can_be_in_a_file()
    {
        var redis = RedisSettings.Read(("Redis:ConnectionStringFile", folder.Write("redis", "redis.example,password=p\n")));

        Assert.Equal(("redis.example:6379", "p"), ($"{redis}", redis.Login.Password));
    }

    [Theory]
    [InlineData("Redis:CaFile", "/nowhere/ca.pem", "the file /nowhere/ca.pem does not exist")]
    [InlineData("Redis:CaFile", "/dev/null", "contains no certificate")]
    [InlineData("Redis:KeyPrefix", "a b", "another character that is not supported")]
    [InlineData("Redis:KeyPrefix", "{}", "another character that is not supported")]
    [InlineData("Redis:ConnectionStringFile", "/nowhere/redis", "given more than once")]
    [InlineData("Redis:PasswordFile", "/nowhere/password", "the file /nowhere/password does not exist. Create it")]
    [InlineData("Redis:PasswordFile", "canary", "the file that it names does not exist. Use an absolute path")]
    [InlineData("Redis:PasswordFile", "/", "the file / is a folder")]
    [InlineData("Redis:PasswordFile", "/dev/null", "the file /dev/null is empty")]
    [InlineData("Redis:PasswordFile", "/dev/null\0canary", "the file that it names cannot be read")]
    [InlineData("Redis:Password", "  ", "Redis:Password: it contains only white space.")]
    [InlineData("Redis:SentinelPassword", " ", "Redis:SentinelPassword: it contains only white space.")]
    [InlineData("Redis:Password", "canary\n", "at position 7")]
    [InlineData("Redis:Password", "canaryé", "at position 7")]
    [InlineData("Redis:User", "canary", "Redis:User: the password is missing. Set Redis:Password or Redis:PasswordFile.")]
    [InlineData("Redis:ClientCertificateFile", "/nowhere/cert.pem", "its private key is missing. Set Redis:ClientKeyFile too")]
    [InlineData("Redis:ClientKeyFile", "/nowhere/key.pem", "its certificate is missing. Set Redis:ClientCertificateFile too")]
    [InlineData("Redis:SentinelUser", "canary", "Redis:SentinelUser: the password is missing. Set Redis:SentinelPassword or")]
    [InlineData("Redis:Pasword", "canary", "unknown setting")]
    public void An_invalid_setting_is_refused_by_its_name(string key, string value, string reason)
    {
        var errors = RedisSettings.FindErrors(("Redis:ConnectionString", "r,ssl=true,serviceName=m"), (key, value));

        Assert.Contains(reason, errors, StringComparison.Ordinal);
        Assert.All(errors.Split('\n'), error => Assert.StartsWith("Redis:", error, StringComparison.Ordinal));
        Assert.DoesNotContain("canary", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Redis:CaFile", "/etc/ssl/certs/ca-certificates.crt")]
    [InlineData("Redis:ClientCertificateFile", "/nowhere/cert.pem")]
    [InlineData("Redis:ClientKeyFile", "/nowhere/key.pem")]
    [InlineData("Redis:User", "canary")]
    [InlineData("Redis:UserFile", "/dev/null")]
    [InlineData("Redis:Password", "canary")]
    [InlineData("Redis:PasswordFile", "/dev/null")]
    [InlineData("Redis:SentinelUser", "canary")]
    [InlineData("Redis:SentinelUserFile", "/dev/null")]
    [InlineData("Redis:SentinelPassword", "canary")]
    [InlineData("Redis:SentinelPasswordFile", "/dev/null")]
    public void A_setting_without_a_connection_string_is_an_error(string key, string value)
    {
        var errors = RedisSettings.FindErrors(("Redis:ConnectionString", ""), (key, value));

        Assert.Contains($"{key}: it has no effect without Redis:ConnectionString.", errors.Split('\n'));
        Assert.DoesNotContain("canary", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("r", "Redis:CaFile")]
    [InlineData("r", "Redis:ClientCertificateFile")]
    [InlineData("redis://r", "Redis:ClientKeyFile")]
    public void A_file_for_TLS_without_TLS_is_an_error(string connectionString, string key)
    {
        var errors = RedisSettings.FindErrors(("Redis:ConnectionString", connectionString), (key, "/nowhere/file.pem"));

        Assert.Contains($"{key}: it has no effect without TLS. Add ssl=true", errors, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("Redis:SentinelUser")]
    [InlineData("Redis:SentinelPassword")]
    public void A_login_of_the_Sentinels_without_a_service_is_an_error(string key) =>
        Assert.Contains(
            $"{key}: it has no effect without serviceName in Redis:ConnectionString.",
            RedisSettings.FindErrors(("Redis:ConnectionString", "r,password=p"), (key, "canary")),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("r,password=canary", "Redis:Password", "the password")]
    [InlineData("redis://:canary@r", "Redis:Password", "the password")]
    [InlineData("r,user=canary,password=canary", "Redis:User", "the user")]
    [InlineData("r,sentinelPassword=canary,serviceName=m", "Redis:SentinelPassword", "the password")]
    [InlineData("r,sentinelUser=canary,sentinelPassword=canary,serviceName=m", "Redis:SentinelUser", "the user")]
    public void A_value_in_the_connection_string_and_in_a_setting_is_an_error(string connectionString, string key, string what)
    {
        var expected = $": {what} is also in Redis:ConnectionString. Keep one of the two.";

        Assert.Equal(key + expected, RedisSettings.FindErrors(("Redis:ConnectionString", connectionString), (key, "canary-too")));
        Assert.Equal(
            $"{key}File{expected}",
            RedisSettings.FindErrors(("Redis:ConnectionString", connectionString), ($"{key}File", folder.Write("value", "canary-too"))));
    }

    [Theory]
    [InlineData("Redis:User")]
    [InlineData("Redis:Password")]
    [InlineData("Redis:SentinelUser")]
    [InlineData("Redis:SentinelPassword")]
    public void A_setting_and_its_file_together_are_an_error(string key) =>
        Assert.Contains(
            $"{key}: it is given more than once. Keep one of {key} and {key}File.",
            RedisSettings.FindErrors(("Redis:ConnectionString", "r,serviceName=m"), (key, "canary"), ($"{key}File", "/dev/null")),
            StringComparison.Ordinal);

    [Theory]
    [InlineData("r,user=canary")]
    [InlineData("redis://canary@r")]
    [InlineData("redis://canary:@r")]
    public void A_user_in_the_connection_string_needs_a_password(string connectionString)
    {
        var errors = RedisSettings.FindErrors(("Redis:ConnectionString", connectionString));

        Assert.StartsWith("Redis:ConnectionString: the password is missing. Set Redis:Pass", errors, StringComparison.Ordinal);
        var isAddress = connectionString.Contains("://", StringComparison.Ordinal);
        Assert.Equal(isAddress, errors.Contains("redis://:password@host", StringComparison.Ordinal));
        Assert.DoesNotContain("canary", errors, StringComparison.Ordinal);

        var login = RedisSettings.Read(("Redis:ConnectionString", connectionString), ("Redis:Password", "p")).Login;
        Assert.Equal(("canary", "p"), (login.User, login.Password));
    }

    [Fact]
    public void The_logins_can_be_settings()
    {
        var options = RedisSettings.Read(
            ("Redis:ConnectionString", "r,serviceName=m"),
            ("Redis:User", "u"),
            ("Redis:Password", "p"),
            ("Redis:SentinelUser", "su"),
            ("Redis:SentinelPassword", "sp"));

        Assert.Equal(("u", "p"), (options.Login.User, options.Login.Password));
        Assert.Equal(("su", "sp"), (options.SentinelLogin?.User, options.SentinelLogin?.Password));
    }

    [Fact]
    public void The_login_of_Redis_is_not_used_for_the_Sentinels() =>
        Assert.Null(RedisSettings.Read(("Redis:ConnectionString", "r,serviceName=m"), ("Redis:Password", "p")).SentinelLogin);

    [Fact]
    public void All_errors_are_reported_at_once()
    {
        var errors = RedisSettings.FindErrors(
            ("Redis:ConnectionString", "r,passwort=canary"),
            ("Redis:KeyPrefix", "{}"),
            ("Redis:CaFile", "/nowhere/ca.pem"),
            ("Redis:ClientCertificateFile", "/nowhere/cert.pem"),
            ("Redis:ClientKeyFile", "/nowhere/key.pem"),
            ("Redis:UserFile", "/nowhere/user"),
            ("Redis:PasswordFile", "/nowhere/password"),
            ("Redis:SentinelPasswordFile", "/nowhere/sentinel"));

        string[] keys =
        [
            "CaFile", "ClientCertificateFile", "ClientKeyFile", "ConnectionString", "KeyPrefix", "PasswordFile", "SentinelPasswordFile",
            "UserFile",
        ];
        Assert.Equal(keys, errors.Split('\n').Select(error => error.Split(':')[1]).Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_text_of_the_options_contains_no_secret()
    {
        var options = RedisSettings.Read(
            ("Redis:ConnectionString", "r,serviceName=m,user=canary,password=canary"),
            ("Redis:SentinelUser", "canary"),
            ("Redis:SentinelPassword", "canary"));

        Assert.Equal("canary", options.SentinelLogin?.Password);
        Assert.DoesNotContain("canary", $"{options} {options.Login} {options.SentinelLogin}", StringComparison.Ordinal);
    }
}
