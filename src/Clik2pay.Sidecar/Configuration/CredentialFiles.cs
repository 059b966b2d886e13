namespace Clik2pay.Sidecar.Configuration;

/// <summary>The credential set as its files hold it now, where it is in files.</summary>
internal sealed class CredentialFiles(IConfiguration configuration)
{
    /// <summary>Whether any of it is in a file. What is set by value stays as long as the process.</summary>
    public bool Exist => CredentialSetReader.FileKeys.Any(key => configuration[key] is { Length: > 0 });

    /// <param name="mistakes">Why there is no set now; empty when there is.</param>
    public CredentialSet? Read(out string mistakes)
    {
        var settings = new SettingsReader(configuration);
        var credentials = CredentialSetReader.Read(settings);
        mistakes = string.Join(' ', settings.Mistakes);
        return credentials;
    }
}
