using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Clik2pay.Sidecar.Configuration.Certificates;

/// <summary>The certificate that the sidecar authenticates with: a PEM file with certificates and one with the private key.</summary>
internal static class ClientCertificate
{
    /// <summary>
    /// Loads the first certificate of the file with its private key, and the others as its intermediate certificates. The caller passes
    /// the result to <see cref="Dispose"/> after it has closed the connection.
    /// </summary>
    /// <exception cref="IOException">A file is missing or cannot be read.</exception>
    /// <exception cref="UnauthorizedAccessException">A file cannot be read.</exception>
    /// <exception cref="CryptographicException">A file has invalid contents, or the key belongs to another certificate.</exception>
    public static SslStreamCertificateContext Load(string certificateFile, string keyFile)
    {
        var certificates = new X509Certificate2Collection();
        X509Certificate2? leaf = null;
        try
        {
            certificates.ImportFromPemFile(certificateFile);
            leaf = X509Certificate2.CreateFromPemFile(certificateFile, keyFile);
            return SslStreamCertificateContext.Create(leaf, certificates, offline: true);
        }
        catch (Exception e)
        {
            leaf?.Dispose();
            if (e is CryptographicException or IOException or UnauthorizedAccessException)
                throw;
            throw new CryptographicException("The client certificate cannot be used.", e);
        }
        finally
        {
            // The context has its own copies.
            foreach (var certificate in certificates)
                certificate.Dispose();
        }
    }

    /// <summary>Releases the certificates and the private key of a result of <see cref="Load"/>.</summary>
    public static void Dispose(SslStreamCertificateContext context)
    {
        context.TargetCertificate.Dispose();
        foreach (var certificate in context.IntermediateCertificates)
            certificate.Dispose();
    }
}
