using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Provider;

namespace Clik2pay.Sidecar.Credentials;

/// <summary>Reads the credential set from its files again, because the files can change after startup.</summary>
internal sealed class CredentialFiles(IConfiguration configuration)
{
    /// <summary>Whether any credential is read from a file. Credentials that are set by value never change.</summary>
    public bool AreConfigured => CredentialSetReader.FileKeys.Any(key => configuration[key] is { Length: > 0 });

    public CredentialReading Read()
    {
        var settings = new SettingsReader(configuration);
        var credentials = CredentialSetReader.Read(settings);
        return new(credentials, string.Join(' ', settings.Errors));
    }
}
