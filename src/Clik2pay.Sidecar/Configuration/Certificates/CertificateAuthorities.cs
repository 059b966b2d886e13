using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Clik2pay.Sidecar.Configuration.Certificates;

/// <summary>A PEM file with the certificate authorities to trust.</summary>
internal static class CertificateAuthorities
{
    /// <exception cref="IOException">The file is missing or cannot be read.</exception>
    /// <exception cref="CryptographicException">A certificate in the file cannot be decoded.</exception>
    public static X509Certificate2Collection Load(string file)
    {
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(file);
        return authorities;
    }

    /// <summary>Reports an error unless the file has at least one certificate and each of them can be read.</summary>
    public static void Validate(SettingsReader settings, string key, string file)
    {
        if (FindError(file) is { } error)
            settings.AddError(key, $"{(file.Any(char.IsControl) ? "the file that it names" : $"the file {file}")} {error}.");
    }

    /// <returns>What is wrong with the file, as the end of a sentence that begins with the path. Null if the file can be used.</returns>
    public static string? FindError(string file)
    {
        try
        {
            var authorities = Load(file);
            foreach (var authority in authorities)
                authority.Dispose();
            return authorities.Count > 0
                ? null
                : "contains no certificate. Write each one in PEM format, from BEGIN CERTIFICATE to END CERTIFICATE";
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            return SecretFile.Explain(file, e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException)
        {
            return "cannot be read. Allow this process to read it";
        }
        catch (CryptographicException)
        {
            return "contains a certificate that cannot be decoded";
        }
    }
}
