using System.Security.Authentication;

namespace Clik2pay.Sidecar.Provider;

/// <summary>A server's certificate is not trusted.</summary>
/// <param name="reason">Why, in the words that follow "could not be trusted:". It quotes nothing from the certificate but its dates.</param>
/// <param name="isUnknownAuthority">Whether another set of authorities could make the certificate trusted.</param>
internal sealed class UntrustedCertificateException(string reason, bool isUnknownAuthority) : AuthenticationException(reason)
{
    public string Reason { get; } = reason;

    public bool IsUnknownAuthority { get; } = isUnknownAuthority;
}
