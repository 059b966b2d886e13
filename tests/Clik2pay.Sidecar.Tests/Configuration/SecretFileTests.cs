using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Tests.Support;
using Microsoft.Extensions.Configuration;

namespace Clik2pay.Sidecar.Tests.Configuration;

public sealed class SecretFileTests : IDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("sidecar-secrets").FullName;

    public void Dispose() => Directory.Delete(folder, recursive: true);

    [Lesson("a secret file's trailing newline became part of the secret: Envoy")]
    [Theory]
    [InlineData("secret", "secret")]
    [InlineData("secret\n", "secret")]
    [InlineData("secret\r\n", "secret")]
    [InlineData(" secret ", " secret ")]
    public void Only_one_trailing_newline_of_a_file_is_removed(string content, string secret)
    {
        Assert.Equal(secret, Read(("Clik2pay:PasswordFile", Write("password", content)))?.Password);
    }

    [Theory]
    [InlineData("secret\n\n", "position 7")]
    [InlineData("", "is empty")]
    [InlineData("\n", "is empty")]
    public void A_file_without_a_valid_secret_is_refused_and_named(string content, string why)
    {
        var file = Write("password", content);

        var error = Assert.Single(Errors(("Clik2pay:PasswordFile", file)));
        Assert.StartsWith("Clik2pay:PasswordFile: ", error, StringComparison.Ordinal);
        Assert.Contains(file, error, StringComparison.Ordinal);
        Assert.Contains(why, error, StringComparison.Ordinal);
        Assert.DoesNotContain("secret", error.Replace(file, "", StringComparison.Ordinal), StringComparison.Ordinal);
    }

    [Fact]
    public void A_file_that_does_not_exist_is_named()
    {
        var error = Assert.Single(Errors(("Clik2pay:PasswordFile", "/nowhere/password")));

        Assert.Contains("the file /nowhere/password does not exist", error, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_instead_of_a_file_is_reported()
    {
        var error = Assert.Single(Errors(("Clik2pay:PasswordFile", folder)));

        Assert.Contains($"{folder} is a folder", error, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("canary-password")]
    [InlineData("canary/password+of/base64==")]
    public void A_text_that_is_not_a_path_may_be_a_secret_and_is_not_quoted(string secret) =>
        Assert.DoesNotContain("canary", Assert.Single(Errors(("Clik2pay:PasswordFile", secret))), StringComparison.Ordinal);

    [Fact]
    public void All_three_credentials_can_be_in_one_folder()
    {
        Write("username", "u\n");
        Write("password", "p\n");
        Write("api-key", "k\n");

        var credentials = Read(
            ("Clik2pay:Username", null),
            ("Clik2pay:Password", null),
            ("Clik2pay:ApiKey", null),
            ("Clik2pay:CredentialsDirectory", folder));

        Assert.Equal(new CredentialSet("u", "p", "k"), credentials);
    }

    [Fact]
    public void A_secret_as_value_and_as_file_is_refused()
    {
        var error = Assert.Single(Errors(("Clik2pay:Password", "p"), ("Clik2pay:PasswordFile", Write("password", "other"))));

        Assert.Contains("more than once", error, StringComparison.Ordinal);
    }

    private string Write(string name, string content)
    {
        var path = Path.Combine(folder, name);
        File.WriteAllText(path, content);
        return path;
    }

    private static CredentialSet? Read(params (string Key, string? Value)[] values) => TryRead(values, out _);

    private static IReadOnlyList<string> Errors(params (string Key, string? Value)[] values)
    {
        Assert.Null(TryRead(values, out var errors));
        return errors;
    }

    private static CredentialSet? TryRead((string Key, string? Value)[] values, out IReadOnlyList<string> errors)
    {
        var all = new Dictionary<string, string?> { ["Clik2pay:Username"] = "u", ["Clik2pay:ApiKey"] = "k" };
        foreach (var (key, value) in values)
            all[key] = value;

        var reader = new SettingsReader(new ConfigurationBuilder().AddInMemoryCollection(all).Build());
        var set = CredentialSetReader.Read(reader);
        errors = reader.Errors;
        return set;
    }
}
