using System.Globalization;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace Clik2pay.Sidecar.Networking;

/// <summary>Validates the certificates of servers, and explains why a certificate is not trusted.</summary>
internal static class ServerCertificates
{
    /// <summary><c>NotSignatureValid</c> means that an authority has the name of a trusted one, but another key.</summary>
    private static readonly X509ChainStatusFlags[] UnknownAuthority =
        [X509ChainStatusFlags.UntrustedRoot, X509ChainStatusFlags.PartialChain, X509ChainStatusFlags.NotSignatureValid];

    /// <param name="authorities">The root certificates to trust. Null for the system's. An empty collection trusts none.</param>
    public static X509ChainPolicy CreatePolicy(X509Certificate2Collection? authorities)
    {
        var policy = new X509ChainPolicy
        {
            // An untrusted certificate names the address from which its issuer's certificate is downloaded. The address could be any
            // server, and the download blocks a thread.
            DisableCertificateDownloads = true,
            RevocationMode = X509RevocationMode.NoCheck,
            TrustMode = authorities is null ? X509ChainTrustMode.System : X509ChainTrustMode.CustomRootTrust,
        };
        if (authorities is not null)
            policy.CustomTrustStore.AddRange(authorities);
        return policy;
    }

    /// <exception cref="UntrustedCertificateException">The certificate is not trusted.</exception>
    public static bool Validate(object sender, X509Certificate? certificate, X509Chain? chain, SslPolicyErrors errors) =>
        errors == SslPolicyErrors.None ? true : throw Explain(certificate as X509Certificate2, chain, errors);

    private static UntrustedCertificateException Explain(X509Certificate2? certificate, X509Chain? chain, SslPolicyErrors errors)
    {
        if (certificate is null || errors.HasFlag(SslPolicyErrors.RemoteCertificateNotAvailable))
            return new("it sent no certificate", isUnknownAuthority: false);

        var status = (chain?.ChainStatus ?? []).Aggregate(X509ChainStatusFlags.NoError, (all, one) => all | one.Status);
        var reasons = new List<string>();
        var isUnknownAuthority = UnknownAuthority.Any(flag => status.HasFlag(flag));
        if (isUnknownAuthority)
            reasons.Add("its certificate is from an unknown authority, or an intermediate certificate is missing");
        if (status.HasFlag(X509ChainStatusFlags.NotTimeValid))
            reasons.Add(ExplainDates(chain!));
        if (errors.HasFlag(SslPolicyErrors.RemoteCertificateNameMismatch))
            reasons.Add("its certificate does not match the host name");
        return new(reasons.Count > 0 ? string.Join("; ", reasons) : $"its certificate was rejected ({status})", isUnknownAuthority);
    }

    /// <summary>Quotes the dates of the first certificate in the chain that is outside its validity period.</summary>
    private static string ExplainDates(X509Chain chain)
    {
        var certificate = chain.ChainElements.First(IsOutOfDate).Certificate;
        var (from, until) = (certificate.NotBefore.ToUniversalTime(), certificate.NotAfter.ToUniversalTime());
        return string.Create(
            CultureInfo.InvariantCulture,
            $"its certificate has expired or is not valid yet (valid from {from:yyyy-MM-dd HH:mm} to {until:yyyy-MM-dd HH:mm} UTC)");
    }

    private static bool IsOutOfDate(X509ChainElement element) =>
        element.ChainElementStatus.Any(status => status.Status.HasFlag(X509ChainStatusFlags.NotTimeValid));
}
