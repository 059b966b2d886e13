using System.Text;
using Clik2pay.Sidecar.Telemetry;
using Clik2pay.Sidecar.Tokens.Sharing;
using static Clik2pay.Sidecar.Administration.Status.Page.PageValues;
using Values = System.Collections.Generic.Dictionary<string, object>;

namespace Clik2pay.Sidecar.Administration.Status.Page;

/// <summary>The status page: one self-contained HTML page that updates itself. Its template is <c>status.html</c>.</summary>
internal static class StatusPage
{
    /// <summary>The bounds at which the meter changes color, as fractions of the token's lifetime.</summary>
    private const double Low = 0.1;
    private const double High = 0.2;

    /// <summary>A cross: the icon of a sidecar that is not ready or does not respond.</summary>
    private const string BadIconColor = "b42318";
    private const string BadIconShape = "M3 0l5 5 5-5 3 3-5 5 5 5-3 3-5-5-5 5-3-3 5-5-5-5z";

    /// <param name="status">The status of the sidecar.</param>
    /// <param name="profile">The profile whose token and refreshes the page shows.</param>
    public static byte[] Write(SidecarStatus status, ProfileStatus profile)
    {
        var values = new Values(StringComparer.Ordinal)
        {
            ["lostColor"] = BadIconColor,
            ["lostShape"] = BadIconShape,
            ["environment"] = status.Environment,
            ["environmentClass"] = ClassOf(status.Environment),
            ["profiles"] = ProfileRows.Of(status.Profiles, profile),
            ["ofProfile"] = status.Profiles.Count == 1 ? "" : $" of {profile.Name}",
            ["token"] = Optional(profile.Token is { } token ? Token(token, status.At) : null),
            ["noToken"] = Optional(profile.Token is null ? LastSuccess(profile, status.At) : null),
            ["next"] = profile.Refreshes is [{ Last.HasObtainedToken: false }, ..] ? "Next attempt" : "Next refresh",
            ["nextRefresh"] = profile.NextRefresh == TimeSpan.Zero ? "now" : $"in {Span(profile.NextRefresh)}",
            ["rotation"] = Optional(profile.WhyRotationPending is { } why ? Rotation(why) : null),
            ["refreshes"] = RefreshRows.Of(profile.Refreshes, status.At),
            ["noRefresh"] = Optional(profile.Refreshes.Count == 0 ? None : null),
            ["api"] = $"{profile.Options.ApiBaseUrl}",
            ["tokenEndpoint"] = $"{profile.Options.TokenEndpoint}",
            ["version"] = BuildInfo.Version,
            ["started"] = Optional(None.WithMoment(status.At - status.Uptime, status.At)),
        }.WithMoment(status.At, status.At);
        AddState(values, status);
        AddStore(values, status, profile);
        ResponseRows.AddTo(values, status.Responses);
        return Encoding.UTF8.GetBytes(HtmlTemplate.Render(PageAssets.Page, values));
    }

    /// <summary>
    /// The title, the icon and the banner are about the whole sidecar. With several profiles, the reason has further lines.
    /// </summary>
    private static void AddState(Values values, SidecarStatus status)
    {
        var state = PageState.Of(status);
        var lines = status.Readiness.Reason.Split('\n');
        values["state"] = state.Text;
        values["class"] = state.Class;
        values["reason"] = lines[0];
        values["reasons"] = lines.Skip(1).Select(line => One("line", line)).ToList();
        values["help"] = Help(state.Heading);
        (values["iconColor"], values["iconShape"]) = state.Class switch
        {
            "ok" => ("1a7f37", "M8 0a8 8 0 110 16A8 8 0 018 0z"),
            "poor" => ("c77700", "M8 0l8 16H0z"),
            _ => (BadIconColor, BadIconShape),
        };
    }

    private static Values Token(CurrentToken token, DateTimeOffset now) => new Values(StringComparer.Ordinal)
    {
        ["max"] = Seconds(token.Lifetime),
        ["low"] = Seconds(token.Lifetime * Low),
        ["high"] = Seconds(token.Lifetime * High),
        ["value"] = Seconds(token.Remaining),
        ["remaining"] = Span(token.Remaining),
        ["lifetime"] = Span(token.Lifetime),
        ["age"] = Span(token.Age),
    }.WithMoment(now + token.Remaining, now);

    private static Values LastSuccess(ProfileStatus profile, DateTimeOffset now) => new(StringComparer.Ordinal)
    {
        ["lastSuccess"] = Optional(profile.LastSuccess is { } moment ? None.WithMoment(moment, now) : null),
        ["noSuccess"] = Optional(profile.LastSuccess is null ? None : null),
    };

    private static Values Rotation(string why) => new(StringComparer.Ordinal)
    {
        ["why"] = why,
        ["help"] = Help(Troubleshooting.Rotation),
    };

    private static void AddStore(Values values, SidecarStatus status, ProfileStatus profile)
    {
        var store = status.Store;
        values["store"] = store.Name;
        values["storeUp"] = Optional(store.IsUp == true ? None : null);
        values["storeDown"] = Optional(store.IsUp == false ? StoreFailure(store) : null);
        values["lease"] = Optional(profile.LastLease is { } lease
            ? new Values(StringComparer.Ordinal)
            {
                ["outcome"] = Labels.Of(lease.Outcome),
                ["outcomeName"] = lease.Outcome.ToSnakeCase(),
            }.WithMoment(lease.At, status.At)
            : null);
        values["noLease"] = Optional(profile.LastLease is null ? None : null);
    }

    private static Values StoreFailure(StoreStatus store) => new(StringComparer.Ordinal)
    {
        ["trouble"] = Labels.OfStoreFailure(store.Failure!),
        ["troubleName"] = store.Failure!,
        ["help"] = Help(Troubleshooting.Redis),
    };
}
