using System.Security.Authentication;

namespace Clik2pay.Sidecar.Networking;

/// <summary>A server's certificate is not trusted.</summary>
/// <param name="reason">The end of a sentence after "could not be trusted:". It quotes only dates of the certificate.</param>
/// <param name="isUnknownAuthority">Whether the certificate could be trusted with another set of authorities.</param>
internal sealed class UntrustedCertificateException(string reason, bool isUnknownAuthority) : AuthenticationException(reason)
{
    public string Reason { get; } = reason;

    public bool IsUnknownAuthority { get; } = isUnknownAuthority;
}
