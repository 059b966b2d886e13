using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Clik2pay.Sidecar.Configuration.Certificates;
using Clik2pay.Sidecar.Tests.Redis.Options;
using Clik2pay.Sidecar.Tests.Support.Credentials;

namespace Clik2pay.Sidecar.Tests.Configuration;

/// <summary>The certificate with which the sidecar authenticates to Redis.</summary>
public sealed class ClientCertificateTests : IDisposable
{
    private readonly TestClientCertificate files = new();

    public void Dispose() => files.Dispose();

    [Fact]
    public void The_first_certificate_has_the_key_and_the_others_are_its_chain()
    {
        var context = ClientCertificate.Load(files.ChainFile, files.KeyFile);

        Assert.Equal("CN=sidecar", context.TargetCertificate.Subject);
        Assert.True(context.TargetCertificate.HasPrivateKey);
        Assert.Equal("CN=intermediate", Assert.Single(context.IntermediateCertificates).Subject);
        ClientCertificate.Dispose(context);
    }

    [Fact]
    public async Task A_server_that_trusts_only_the_root_accepts_the_certificate()
    {
        using var root = X509Certificate2.CreateFromPem(files.Root);
        var errors = await ConnectAsync(ClientCertificate.Load(files.ChainFile, files.KeyFile), root);
        Assert.Equal(SslPolicyErrors.None, errors);

        errors = await ConnectAsync(ClientCertificate.Load(files.LeafFile, files.KeyFile), root);
        Assert.Equal(SslPolicyErrors.RemoteCertificateChainErrors, errors);
    }

    [Fact]
    public void A_disposed_certificate_has_released_its_key()
    {
        var context = ClientCertificate.Load(files.ChainFile, files.KeyFile);

        ClientCertificate.Dispose(context);

        Assert.Equal(0, context.TargetCertificate.Handle);
        Assert.All(context.IntermediateCertificates, certificate => Assert.Equal(0, certificate.Handle));
    }

    [Fact]
    public void Files_that_cannot_be_used_cause_one_of_three_exceptions()
    {
        Assert.Throws<FileNotFoundException>(() => ClientCertificate.Load(files.ChainFile, files.KeyFile + ".old"));
        Assert.Throws<UnauthorizedAccessException>(() => ClientCertificate.Load(files.ChainFile, "/"));
        Assert.ThrowsAny<CryptographicException>(() => ClientCertificate.Load("/dev/null", files.KeyFile));
        Assert.ThrowsAny<CryptographicException>(() => ClientCertificate.Load(files.ChainFile, "/dev/null"));
        Assert.ThrowsAny<CryptographicException>(() => ClientCertificate.Load(files.ChainFile, files.OtherKeyFile));
        Assert.ThrowsAny<CryptographicException>(() => ClientCertificate.Load(files.ChainFile, files.EncryptedKeyFile));
        Assert.ThrowsAny<CryptographicException>(() => ClientCertificate.Load(files.ChainFile, "/key\0"));
    }

    [Theory]
    [InlineData("r,ssl=true")]
    [InlineData("rediss://r")]
    public void A_certificate_and_its_key_are_accepted(string connectionString)
    {
        foreach (var (certificateFile, keyFile) in new[] { (files.ChainFile, files.KeyFile), (files.LeafFile, files.EcKeyFile) })
        {
            var options = RedisSettings.Read(
                ("Redis:ConnectionString", connectionString),
                ("Redis:ClientCertificateFile", certificateFile),
                ("Redis:ClientKeyFile", keyFile));

            Assert.Equal((certificateFile, keyFile), (options.ClientCertificateFile, options.ClientKeyFile));
        }
    }

    [Fact]
    public void A_key_that_cannot_be_used_is_refused()
    {
        ExpectKeyError(files.OtherKeyFile, "does not contain the private key of the first certificate in Redis:ClientCertificateFile.");
        ExpectKeyError(files.EncryptedKeyFile, "contains an encrypted private key, which is not supported.");
        ExpectKeyError(files.ChainFile, "contains no private key.");
        ExpectKeyError("/nowhere/key.pem", "does not exist. Create it or correct the path.");
        ExpectKeyError("/", "is a folder.");
    }

    [Fact]
    public void A_certificate_that_cannot_be_used_is_refused()
    {
        ExpectCertificateError(files.KeyFile, "contains no certificate.");
        ExpectCertificateError("/nowhere/certificate.pem", "does not exist. Create it or correct the path.");
        ExpectCertificateError(
            files.Write("invalid.pem", "-----BEGIN CERTIFICATE-----\nY2FuYXJ5\n-----END CERTIFICATE-----\n"),
            "contains a certificate that cannot be decoded.");
    }

    [Fact]
    public void A_key_instead_of_its_path_is_not_quoted()
    {
        var key = File.ReadAllText(files.KeyFile);
        var errors = Find(key, key);

        Assert.Equal(
            "Redis:ClientCertificateFile: the file that it names does not exist. Use an absolute path.\n"
                + "Redis:ClientKeyFile: the file that it names does not exist. Use an absolute path.",
            errors);
    }

    private void ExpectKeyError(string keyFile, string error) =>
        Assert.StartsWith($"Redis:ClientKeyFile: the file {keyFile} {error}", Find(files.ChainFile, keyFile), StringComparison.Ordinal);

    private void ExpectCertificateError(string certificateFile, string error) =>
        Assert.StartsWith(
            $"Redis:ClientCertificateFile: the file {certificateFile} {error}",
            Find(certificateFile, files.KeyFile),
            StringComparison.Ordinal);

    private static string Find(string certificateFile, string keyFile) => RedisSettings.FindErrors(
        ("Redis:ConnectionString", "r,ssl=true"),
        ("Redis:ClientCertificateFile", certificateFile),
        ("Redis:ClientKeyFile", keyFile));

    /// <summary>Connects to a server that requires a client certificate. The server uses the same certificate.</summary>
    /// <returns>The errors that the server has found in the certificate.</returns>
    private static async Task<SslPolicyErrors?> ConnectAsync(SslStreamCertificateContext certificate, X509Certificate2 root)
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        using var connection = new TcpClient();
        await connection.ConnectAsync((IPEndPoint)listener.LocalEndpoint);
        using var accepted = await listener.AcceptTcpClientAsync();
        await using var client = new SslStream(connection.GetStream());
        await using var server = new SslStream(accepted.GetStream());

        SslPolicyErrors? found = null;
        var policy = new X509ChainPolicy { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.Add(root);
        var serving = server.AuthenticateAsServerAsync(new SslServerAuthenticationOptions
        {
            ServerCertificateContext = certificate,
            ClientCertificateRequired = true,
            CertificateChainPolicy = policy,
            RemoteCertificateValidationCallback = (_, received, _, errors) =>
            {
                found = errors;
                return received is not null;
            },
        });
        await client.AuthenticateAsClientAsync(new SslClientAuthenticationOptions
        {
            TargetHost = "r",
            ClientCertificateContext = certificate,
            RemoteCertificateValidationCallback = (_, received, _, _) => received?.Subject == "CN=sidecar",
        });
        await serving;
        ClientCertificate.Dispose(certificate);
        return found;
    }
}
