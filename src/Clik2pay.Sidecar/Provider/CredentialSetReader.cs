using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Provider;

/// <summary>Reads the credential set, and validates that its values can be sent to the provider.</summary>
internal static class CredentialSetReader
{
    private const string UsernameKey = $"{Clik2payOptions.Section}:Username";
    private const string PasswordKey = $"{Clik2payOptions.Section}:Password";
    private const string ApiKeyKey = $"{Clik2payOptions.Section}:ApiKey";
    private const string DirectoryKey = $"{Clik2payOptions.Section}:CredentialsDirectory";

    /// <summary>The keys of the settings that name a file or a folder.</summary>
    public static IReadOnlyList<string> FileKeys { get; } =
        [DirectoryKey, .. new[] { UsernameKey, PasswordKey, ApiKeyKey }.Select(SecretReader.FileKey)];

    /// <returns>The credential set, or null if an error was reported.</returns>
    public static CredentialSet? Read(SettingsReader settings)
    {
        var secrets = new SecretReader(settings, DirectoryKey);
        var username = secrets.Read(UsernameKey, "username");
        var password = secrets.Read(PasswordKey, "password");
        var apiKey = secrets.Read(ApiKeyKey, "api-key");

        if (username?.Contains(':') == true)
        {
            settings.AddError(
                UsernameKey,
                "it contains a colon, which Basic authentication does not allow in a username. Check that it is only the username.");
            return null;
        }

        if (!secrets.FitsHeader(ApiKeyKey, apiKey))
            return null;

        return username is not null && password is not null && apiKey is not null ? new(username, password, apiKey) : null;
    }
}
