using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Provider;

namespace Clik2pay.Sidecar.Credentials;

/// <summary>The credential set as its files hold it now, where it is in files.</summary>
internal sealed class CredentialFiles(IConfiguration configuration)
{
    /// <summary>Whether any of it is in a file. What is set by value stays as long as the process.</summary>
    public bool Exist => CredentialSetReader.FileKeys.Any(key => configuration[key] is { Length: > 0 });

    public CredentialReading Read()
    {
        var settings = new SettingsReader(configuration);
        var credentials = CredentialSetReader.Read(settings);
        return new(credentials, string.Join(' ', settings.Errors));
    }
}
