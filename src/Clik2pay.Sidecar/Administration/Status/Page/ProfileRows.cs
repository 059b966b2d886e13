using static Clik2pay.Sidecar.Administration.Status.Page.PageValues;
using Values = System.Collections.Generic.Dictionary<string, object>;

namespace Clik2pay.Sidecar.Administration.Status.Page;

/// <summary>The table of profiles, in the order of the configuration. The page has no such table if there is only one profile.</summary>
internal static class ProfileRows
{
    /// <param name="profiles">All profiles.</param>
    /// <param name="selected">The profile that the sections below the table describe.</param>
    public static List<Values> Of(IReadOnlyList<ProfileStatus> profiles, ProfileStatus selected) =>
        Optional(profiles.Count == 1 ? null : new(StringComparer.Ordinal)
        {
            ["summary"] = Summarize(profiles),
            ["rows"] = profiles.Select(profile => Row(profile, profile == selected)).ToList(),
        });

    private static Values Row(ProfileStatus profile, bool isSelected)
    {
        var state = PageState.Of(profile);
        return new(StringComparer.Ordinal)
        {
            ["name"] = profile.Name,
            ["selected"] = Optional(isSelected ? None : null),
            ["environment"] = $"{profile.Options.Environment}",
            ["environmentClass"] = ClassOf($"{profile.Options.Environment}"),
            ["state"] = state.Text,
            ["class"] = state.Class,
            ["help"] = Help(state.Heading),
            ["left"] = profile.Token is { } token ? ShortSpan(token.Remaining) : "none",
            ["next"] = profile.NextRefresh == TimeSpan.Zero ? "now" : $"in {ShortSpan(profile.NextRefresh)}",
        };
    }

    private static string Summarize(IReadOnlyList<ProfileStatus> profiles) =>
        profiles.Count(profile => PageState.IsBad(PageState.Of(profile))) switch
        {
            0 => $"Each of the {profiles.Count} profiles has a valid access token.",
            1 => $"1 of {profiles.Count} profiles has no valid access token, so its requests get a 503 response.",
            var count => $"{count} of {profiles.Count} profiles have no valid access token, so their requests get a 503 response.",
        };
}
