using System.Security.Cryptography;

namespace Clik2pay.Sidecar.Configuration.Certificates;

/// <summary>Validates the two files of a client certificate. No error quotes their contents.</summary>
internal static class ClientCertificateFiles
{
    public static void Validate(SettingsReader settings, string certificateKey, string certificateFile, string keyKey, string keyFile)
    {
        var certificateError = CertificateAuthorities.FindError(certificateFile);
        if (certificateError is not null)
            settings.AddError(certificateKey, $"{SecretFile.Describe(certificateFile)} {certificateError}.");

        var keyError = FindKeyError(keyFile);
        if (keyError is not null)
            settings.AddError(keyKey, $"{SecretFile.Describe(keyFile)} {keyError}.");

        if (certificateError is null && keyError is null && !CanLoad(certificateFile, keyFile))
        {
            settings.AddError(
                keyKey,
                $"{SecretFile.Describe(keyFile)} does not contain the private key of the first certificate in {certificateKey}.");
        }
    }

    private static string? FindKeyError(string file)
    {
        try
        {
            var text = File.ReadAllText(file);
            return text.Contains("ENCRYPTED", StringComparison.Ordinal)
                    ? "contains an encrypted private key, which is not supported. Write the key without encryption"
                : text.Contains("PRIVATE KEY-----", StringComparison.Ordinal) ? null
                : "contains no private key. Write it in PEM format, from BEGIN PRIVATE KEY to END PRIVATE KEY";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or ArgumentException or NotSupportedException)
        {
            return SecretFile.Explain(file, e);
        }
    }

    private static bool CanLoad(string certificateFile, string keyFile)
    {
        try
        {
            ClientCertificate.Dispose(ClientCertificate.Load(certificateFile, keyFile));
            return true;
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
