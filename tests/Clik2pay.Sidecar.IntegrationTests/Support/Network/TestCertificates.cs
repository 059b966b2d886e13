using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Clik2pay.Sidecar.Hosting;

namespace Clik2pay.Sidecar.IntegrationTests.Support.Network;

/// <summary>A certificate authority for a test, and a server certificate that it issued.</summary>
internal sealed class TestCertificates : IDisposable
{
    private readonly TemporaryFolder folder = new();

    /// <param name="name">The DNS name in the server certificate.</param>
    /// <param name="isForLoopback">Whether the server certificate also contains the address 127.0.0.1.</param>
    /// <param name="issuerAt">The URL of the issuer's certificate. If null, the server certificate contains no such URL.</param>
    /// <param name="expiredFor">How long ago the server certificate expired. If null, it is valid for another day.</param>
    public TestCertificates(string name, bool isForLoopback, string? issuerAt = null, TimeSpan? expiredFor = null)
    {
        var now = SystemDefaults.Time.GetUtcNow();
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var authority = new CertificateRequest($"CN=authority of {name}", authorityKey, HashAlgorithmName.SHA256);
        authority.CertificateExtensions.Add(new X509BasicConstraintsExtension(
            certificateAuthority: true, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        using var authorityCertificate = authority.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));

        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var server = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(name);
        if (isForLoopback)
            names.AddIpAddress(IPAddress.Loopback);
        server.CertificateExtensions.Add(names.Build());
        if (issuerAt is not null)
            server.CertificateExtensions.Add(new X509AuthorityInformationAccessExtension(ocspUris: null, [issuerAt]));
        using var certificate = server.Create(
            authorityCertificate, now.AddDays(-1), expiredFor is null ? now.AddDays(1) : now - expiredFor.Value, [1, 2, 3, 4]);

        AuthorityFile = folder.Write("ca.pem", authorityCertificate.ExportCertificatePem());
        CertificateFile = folder.Write("server.pem", certificate.ExportCertificatePem());
        KeyFile = folder.Write("server.key", key.ExportPkcs8PrivateKeyPem());
    }

    public string AuthorityFile { get; }

    public string CertificateFile { get; }

    public string KeyFile { get; }

    /// <summary>Lines of the configuration file of a Redis server that uses TLS without client certificates.</summary>
    public string[] Settings =>
    [
        $"tls-cert-file {CertificateFile}", $"tls-key-file {KeyFile}", $"tls-ca-cert-file {AuthorityFile}", "tls-auth-clients no",
    ];

    public void Dispose() => folder.Dispose();
}
