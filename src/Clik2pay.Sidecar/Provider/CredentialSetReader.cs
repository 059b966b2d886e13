using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Provider;

/// <summary>Reads the credential set, and checks that Basic authentication and a header can carry it.</summary>
internal static class CredentialSetReader
{
    /// <summary>The settings that name a file or a directory.</summary>
    public static IReadOnlyList<string> FileKeys { get; } =
    [
        Clik2payOptions.CredentialsDirectoryKey,
        SecretReader.FileKey(CredentialSet.UsernameKey),
        SecretReader.FileKey(CredentialSet.PasswordKey),
        SecretReader.FileKey(CredentialSet.ApiKeyKey),
    ];

    /// <returns>The set, or null if an error was reported.</returns>
    public static CredentialSet? Read(SettingsReader settings)
    {
        var secrets = new SecretReader(settings, Clik2payOptions.CredentialsDirectoryKey);
        var username = secrets.Read(CredentialSet.UsernameKey, "username");
        var password = secrets.Read(CredentialSet.PasswordKey, "password");
        var apiKey = secrets.Read(CredentialSet.ApiKeyKey, "api-key");

        if (username?.Contains(':') == true)
        {
            settings.AddError(
                CredentialSet.UsernameKey,
                "it contains a colon, which Basic authentication does not allow in a username. "
                    + "Check whether it contains the password too.");
            return null;
        }

        if (!secrets.FitsHeader(CredentialSet.ApiKeyKey, apiKey))
            return null;

        return username is not null && password is not null && apiKey is not null ? new(username, password, apiKey) : null;
    }
}
