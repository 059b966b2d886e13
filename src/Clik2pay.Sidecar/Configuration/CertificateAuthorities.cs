using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Clik2pay.Sidecar.Configuration;

/// <summary>A PEM file with the certificate authorities to trust.</summary>
internal static class CertificateAuthorities
{
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="CryptographicException">What is in the file is not a certificate.</exception>
    public static X509Certificate2Collection Load(string file)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(file);
        return authorities;
    }

    /// <summary>Reports an error unless the file has at least one certificate.</summary>
    public static void Validate(SettingsReader settings, string key, string file)
    {
        if (!HasCertificate(file))
            settings.AddMistake(key, $"the file {file} is missing, cannot be read by this user, or has no certificate in PEM format.");
    }

    private static bool HasCertificate(string file)
    {
        try
        {
            var authorities = Load(file);
            foreach (var authority in authorities)
                authority.Dispose();
            return authorities.Count > 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException)
        {
            return false;
        }
    }
}
