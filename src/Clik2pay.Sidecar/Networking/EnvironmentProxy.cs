using System.Net;

namespace Clik2pay.Sidecar.Networking;

/// <summary>
/// The HTTP proxy that the environment variables <c>HTTPS_PROXY</c>, <c>HTTP_PROXY</c>, <c>ALL_PROXY</c> and <c>NO_PROXY</c> configure. The
/// proxy's credentials are used for Basic and Digest authentication only. Otherwise, the HTTP client would prefer Negotiate or NTLM if the
/// proxy offers one, and would not fall back to Basic after a failure.
/// </summary>
internal sealed class EnvironmentProxy : IWebProxy, ICredentials
{
    public static readonly EnvironmentProxy Instance = new();

    private readonly IWebProxy environment = HttpClient.DefaultProxy;

    public ICredentials? Credentials
    {
        get => environment.Credentials is null ? null : this;
        set => throw new NotSupportedException("The credentials come from the environment.");
    }

    /// <returns>The proxy for the address, as <c>http://host:port</c> without credentials. Null for a direct connection.</returns>
    public string? Find(Uri address) =>
        !address.IsLoopback && !IsBypassed(address) && GetProxy(address) is { } proxy && proxy != address
            ? $"{proxy.GetComponents(UriComponents.SchemeAndServer | UriComponents.StrongPort, UriFormat.UriEscaped)}"
            : null;

    public Uri? GetProxy(Uri destination) => environment.GetProxy(destination);

    public bool IsBypassed(Uri host) => environment.IsBypassed(host);

    public NetworkCredential? GetCredential(Uri uri, string authType) =>
        authType is "Basic" or "Digest" ? environment.Credentials?.GetCredential(uri, authType) : null;
}
