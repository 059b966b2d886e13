namespace Clik2pay.Sidecar.Requests.Headers;

/// <summary>
/// Headers between callers and the sidecar, by their common prefix. None of them is forwarded, in either direction: the provider must not
/// receive what is meant for the sidecar, and a header of the provider must not look like one of the sidecar.
/// </summary>
internal static class SidecarHeaders
{
    private const string Prefix = "Clik2pay-Sidecar";

    public static bool Contains(string header) => HeaderNames.StartsLike(header, Prefix, out _);
}
