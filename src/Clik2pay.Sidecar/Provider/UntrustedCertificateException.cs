using System.Security.Authentication;

namespace Clik2pay.Sidecar.Provider;

/// <summary>A server's certificate is not trusted.</summary>
/// <param name="reason">Why, in the words that follow "could not be trusted:". It quotes nothing from the certificate but its dates.</param>
internal sealed class UntrustedCertificateException(string reason) : AuthenticationException(reason)
{
    public string Reason { get; } = reason;
}
