using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Clik2pay.Sidecar.Hosting;

namespace Clik2pay.Sidecar.Tests.Support.Credentials;

/// <summary>PEM files of a client certificate that an intermediate authority has issued.</summary>
internal sealed class TestClientCertificate : IDisposable
{
    private readonly TemporaryFolder folder = new();

    public TestClientCertificate()
    {
        // Read once, because an issuer must not expire before the certificates that it issues.
        var now = SystemDefaults.Time.GetUtcNow();
        var (notBefore, notAfter) = (now.AddDays(-1), now.AddDays(1));
        using var rootKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var root = Authority("CN=root", rootKey).CreateSelfSigned(notBefore, notAfter);
        using var intermediateKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var intermediate = Authority("CN=intermediate", intermediateKey).Create(root, notBefore, notAfter, [1]);
        using var issuer = intermediate.CopyWithPrivateKey(intermediateKey);
        using var leafKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        using var leaf = new CertificateRequest("CN=sidecar", leafKey, HashAlgorithmName.SHA256).Create(issuer, notBefore, notAfter, [2]);

        Root = root.ExportCertificatePem();
        LeafFile = folder.Write("leaf.pem", leaf.ExportCertificatePem());
        ChainFile = folder.Write("chain.pem", $"{leaf.ExportCertificatePem()}\n{intermediate.ExportCertificatePem()}\n");
        KeyFile = folder.Write("key.pem", leafKey.ExportPkcs8PrivateKeyPem());
        EcKeyFile = folder.Write("ec-key.pem", leafKey.ExportECPrivateKeyPem());
        EncryptedKeyFile = folder.Write(
            "encrypted.pem",
            leafKey.ExportEncryptedPkcs8PrivateKeyPem("password", new(PbeEncryptionAlgorithm.Aes256Cbc, HashAlgorithmName.SHA256, 1)));
        OtherKeyFile = folder.Write("other-key.pem", rootKey.ExportPkcs8PrivateKeyPem());
    }

    public string Root { get; }

    /// <summary>The leaf alone.</summary>
    public string LeafFile { get; }

    /// <summary>The leaf and its intermediate certificate.</summary>
    public string ChainFile { get; }

    public string KeyFile { get; }

    /// <summary>The same key in the older format.</summary>
    public string EcKeyFile { get; }

    public string EncryptedKeyFile { get; }

    /// <summary>The key of another certificate.</summary>
    public string OtherKeyFile { get; }

    /// <returns>The path of the file.</returns>
    public string Write(string name, string content) => folder.Write(name, content);

    public void Dispose() => folder.Dispose();

    private static CertificateRequest Authority(string name, ECDsa key)
    {
        var request = new CertificateRequest(name, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(X509BasicConstraintsExtension.CreateForCertificateAuthority());
        return request;
    }
}
