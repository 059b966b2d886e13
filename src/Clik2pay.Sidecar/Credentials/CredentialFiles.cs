using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Provider;

namespace Clik2pay.Sidecar.Credentials;

/// <summary>Reads the credential set of a profile from its files again, because the files can change after startup.</summary>
internal sealed class CredentialFiles(IConfiguration configuration, string profile)
{
    /// <summary>Whether any credential is read from a file. Credentials that are set by value never change.</summary>
    public bool AreConfigured => CredentialSetReader.FileKeys.Any(key => CreateReader().Text(key) is not null);

    public CredentialReading Read()
    {
        var settings = CreateReader();
        var credentials = CredentialSetReader.Read(settings);
        return new(credentials, string.Join(' ', settings.Errors));
    }

    private SettingsReader CreateReader() => Clik2payOptionsReader.ForProfile(new(configuration), profile);
}
