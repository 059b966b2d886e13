namespace Clik2pay.Sidecar.Requests.Headers;

/// <summary>
/// The headers that callers and the sidecar exchange, which share a prefix. They are forwarded in neither direction. The provider must not
/// receive a header for the sidecar, and a header of the provider must not look like the sidecar's.
/// </summary>
internal static class SidecarHeaders
{
    /// <summary>The beginning of every such header. Headers that begin with a similar spelling are reserved too.</summary>
    public const string Prefix = "Clik2pay-Sidecar";

    /// <summary>The error code of a problem response. The provider's responses never have this header.</summary>
    public const string Error = Prefix + "-Error";

    /// <summary>The caller token that a caller sends, if one is configured.</summary>
    public const string CallerToken = Prefix + "-Token";

    /// <summary>The profile that a caller chooses.</summary>
    public const string Profile = Prefix + "-Profile";

    /// <summary>Whether a header is one that callers can send to the sidecar.</summary>
    public static bool IsForSidecar(string header) =>
        header.Equals(CallerToken, StringComparison.OrdinalIgnoreCase) || header.Equals(Profile, StringComparison.OrdinalIgnoreCase);

    public static bool IsReserved(string header) => HeaderNames.StartsLike(header, Prefix, out _);
}
