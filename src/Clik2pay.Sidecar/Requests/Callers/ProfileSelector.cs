using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Requests.Headers;
using Clik2pay.Sidecar.Requests.Problems;
using Clik2pay.Sidecar.Requests.State;
using Microsoft.Extensions.Primitives;

namespace Clik2pay.Sidecar.Requests.Callers;

/// <summary>Selects the profile of a request. A request that names a profile is never sent with the credentials of another one.</summary>
internal sealed class ProfileSelector(Profiles profiles)
{
    /// <summary>The text is the same for both causes, so that a caller cannot find out the names of other callers' profiles.</summary>
    private static readonly Problem Unknown = Refusals.CallerRefused(RefusalReason.Profile,
        $"The header {SidecarHeaders.Profile} does not name a profile that you may use. Send the name of one profile, or remove the "
        + "header.");

    private static readonly Problem UnknownHeader = Refusals.CallerRefused(RefusalReason.Profile,
        $"The request has an unknown header that begins with {SidecarHeaders.Prefix} or a similar spelling. Correct its name, or remove "
        + "it.");

    private static readonly Problem OtherListener = Refusals.CallerRefused(RefusalReason.Profile,
        $"The header {SidecarHeaders.Profile} names a profile other than that of this address. Call the address of that profile, or remove "
        + "the header.");

    private static readonly Problem ListenerNotAllowed = Refusals.CallerRefused(RefusalReason.Profile,
        "The caller may not use the profile of this address. Call another address, or add the profile to the setting Profiles of the "
        + "caller.");

    private static readonly Problem None = Refusals.CallerRefused(RefusalReason.Profile,
        $"The request does not name a profile, and no default applies. Send the name of a profile in the header {SidecarHeaders.Profile}, "
        + "or call an address that serves one profile.");

    /// <param name="listener">The profile of the address that the caller connected to. Null if the address serves every profile.</param>
    /// <param name="allowed">The profiles that the caller may use, at least one. Null if it may use every profile.</param>
    /// <param name="headers">The caller's headers.</param>
    /// <param name="problem">Why no profile was selected.</param>
    /// <returns>The profile, or null and a problem.</returns>
    public Profile? Select(string? listener, IReadOnlyList<Profile>? allowed, IHeaderDictionary headers, out Problem? problem)
    {
        problem = profiles.All.Count > 1 && HasUnknownHeader(headers) ? UnknownHeader : null;
        if (problem is not null)
            return null;

        var header = headers[SidecarHeaders.Profile];
        Profile? selected;
        if (listener is not null)
            (selected, problem) = (profiles.Find(listener), ListenerNotAllowed);
        else if (header.Count == 0)
            (selected, problem) = (SelectDefault(allowed ?? profiles.All), None);
        else
            (selected, problem) = (header.Count == 1 ? profiles.Find(header[0]!) : null, Unknown);

        if (selected is null || (allowed is not null && !Contains(allowed, selected)))
            return null;

        problem = listener is not null && header.Count > 0 && !IsNameOf(header, selected) ? OtherListener : null;
        return problem is null ? selected : null;
    }

    private Profile? SelectDefault(IReadOnlyList<Profile> allowed) =>
        profiles.Default is { } profile && Contains(allowed, profile) ? profile : allowed.Count == 1 ? allowed[0] : null;

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

    private static bool IsNameOf(StringValues header, Profile profile) =>
        header.Count == 1 && profile.Name.Equals(header[0], StringComparison.OrdinalIgnoreCase);

    private static bool Contains(IReadOnlyList<Profile> allowed, Profile profile)
    {
        for (var i = 0; i < allowed.Count; i++)
        {
            if (allowed[i] == profile)
                return true;
        }

        return false;
    }
}
