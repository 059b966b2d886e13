using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Requests.Headers;
using Clik2pay.Sidecar.Requests.Problems;
using Clik2pay.Sidecar.Requests.State;

namespace Clik2pay.Sidecar.Requests.Callers;

/// <summary>Selects the profile of a request. A request that names a profile is never sent with the credentials of another one.</summary>
internal sealed class ProfileSelector(Profiles profiles)
{
    private static readonly Problem Unknown = Refusals.CallerRefused(RefusalReason.Profile,
        $"The header {SidecarHeaders.Profile} does not name a profile of the sidecar. Send the name of one profile, or remove the header.");

    private static readonly Problem UnknownHeader = Refusals.CallerRefused(RefusalReason.Profile,
        $"The request has a header that begins like {SidecarHeaders.Profile} and is not known. Correct its name, or remove it.");

    private static readonly Problem OtherListener = Refusals.CallerRefused(RefusalReason.Profile,
        $"The header {SidecarHeaders.Profile} names another profile than this address serves. Call the address of that profile, or remove "
        + "the header.");

    private static readonly Problem None = Refusals.CallerRefused(RefusalReason.Profile,
        $"The request does not name a profile, and there is no default. Send the name of a profile in the header {SidecarHeaders.Profile}, "
        + "or call an address that serves one profile.");

    /// <param name="listener">The profile of the address that the caller connected to. Null if the address serves every profile.</param>
    /// <param name="headers">The caller's headers.</param>
    /// <param name="problem">Why no profile was selected.</param>
    /// <returns>The profile, or null and a problem.</returns>
    public Profile? Select(Profile? listener, IHeaderDictionary headers, out Problem? problem)
    {
        var header = headers[SidecarHeaders.Profile];
        var isNamed = header.Count > 0;
        var selected = isNamed
            ? header.Count == 1 ? profiles.Find(header[0]!) : null
            : listener ?? profiles.Default ?? (profiles.All.Count == 1 ? profiles.All[0] : null);
        problem = selected is null ? (isNamed ? Unknown : None)
            : isNamed && listener is not null && listener != selected ? OtherListener
            : profiles.All.Count > 1 && HasUnknownHeader(headers) ? UnknownHeader
            : null;
        return problem is null ? selected : null;
    }

    /// <summary>With several profiles, a misspelled header must not select the profile <c>default</c>.</summary>
    private static bool HasUnknownHeader(IHeaderDictionary headers)
    {
        using var all = new HeaderSnapshot(headers);
        foreach (var (name, _) in all.Headers)
        {
            if (SidecarHeaders.IsReserved(name) && !SidecarHeaders.IsForSidecar(name))
                return true;
        }

        return false;
    }
}
