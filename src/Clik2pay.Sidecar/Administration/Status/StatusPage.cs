using System.Globalization;
using System.Text;
using Clik2pay.Sidecar.Telemetry;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Refresh;
using Clik2pay.Sidecar.Tokens.Sharing;
using Values = System.Collections.Generic.Dictionary<string, object>;

namespace Clik2pay.Sidecar.Administration.Status;

/// <summary>The status page: one self-contained HTML page that refreshes itself. Its template is <c>status.html</c>.</summary>
internal static class StatusPage
{
    public const string ContentType = "text/html; charset=utf-8";

    /// <summary>The bounds at which the meter changes color, as fractions of the token's lifetime.</summary>
    private const double Low = 0.1;
    private const double High = 0.2;

    private static Values NoValues => new(StringComparer.Ordinal);

    public static byte[] Write(SidecarStatus status)
    {
        var (state, cssClass) = status switch
        {
            { Readiness.IsHealthy: false } => ("Not ready", "bad"),
            { Token: null } => ("Ready, but without an access token", "poor"),
            _ => ("Ready", "ok"),
        };
        var values = new Values(StringComparer.Ordinal)
        {
            ["state"] = state,
            ["class"] = cssClass,
            ["reason"] = status.Readiness.Reason,
            ["token"] = Optional(status.Token is { } token ? Token(token, status.At) : null),
            ["noToken"] = Optional(status.Token is null ? LastSuccess(status.LastSuccess) : null),
            ["nextRefresh"] = status.NextRefresh == TimeSpan.Zero ? "now" : $"in {Span(status.NextRefresh)}",
            ["rotation"] = Optional(status.WhyRotationPending is { } why ? One("why", why) : null),
            ["refreshes"] = status.Refreshes.Select(Refresh).ToList(),
            ["noRefresh"] = Optional(status.Refreshes.Count == 0 ? NoValues : null),
            ["responses"] = Responses(status.Responses),
            ["environment"] = $"{status.Environment}",
            ["api"] = $"{status.ApiBaseUrl}",
            ["tokenEndpoint"] = $"{status.TokenEndpoint}",
            ["version"] = BuildInfo.Version,
            ["uptime"] = Span(status.Uptime),
        };
        AddMoment(values, status.At);
        AddStore(values, status.Store, status.LastLease);
        return Encoding.UTF8.GetBytes(HtmlTemplate.Render(PageAssets.Page, values));
    }

    private static Values Token(CurrentToken token, DateTimeOffset now) => new(StringComparer.Ordinal)
    {
        ["max"] = Seconds(token.Lifetime),
        ["low"] = Seconds(token.Lifetime * Low),
        ["high"] = Seconds(token.Lifetime * High),
        ["value"] = Seconds(token.Remaining),
        ["remaining"] = Span(token.Remaining),
        ["lifetime"] = Span(token.Lifetime),
        ["age"] = Span(token.Age),
        ["expiresAt"] = Date(now + token.Remaining),
        ["expiresTime"] = Time(now + token.Remaining),
    };

    private static Values LastSuccess(DateTimeOffset? at) => new(StringComparer.Ordinal)
    {
        ["lastSuccess"] = Optional(at is { } moment ? AddMoment(NoValues, moment) : null),
        ["noSuccess"] = Optional(at is null ? NoValues : null),
    };

    private static Values Refresh(RefreshRecord refresh) => AddMoment(
        new(StringComparer.Ordinal)
        {
            ["trigger"] = Words(refresh.Trigger),
            ["class"] = refresh.Outcome is RefreshOutcome.Success or RefreshOutcome.Adopted or RefreshOutcome.Deferred ? "ok" : "bad",
            ["outcome"] = Words(refresh.Outcome),
            ["duration"] = Duration(refresh.Duration),
            ["failure"] = Optional(refresh.Reason is { } reason ? One("reason", reason) : null),
        },
        refresh.EndedAt);

    private static void AddStore(Values values, StoreStatus store, (DateTimeOffset At, LeaseOutcome Outcome)? lease)
    {
        values["store"] = store.Name;
        values["storeUp"] = Optional(store.IsUp == true ? NoValues : null);
        values["storeDown"] = Optional(store.IsUp == false ? One("trouble", store.Failure!.Replace('_', ' ')) : null);
        values["lease"] = Optional(lease is { } last ? AddMoment(One("outcome", Words(last.Outcome)), last.At) : null);
        values["noLease"] = Optional(lease is null ? NoValues : null);
    }

    private static List<Values> Responses(IReadOnlyList<KeyValuePair<string, long>> responses)
    {
        var all = KeyValuePair.Create("all", responses.Sum(response => response.Value));
        return [.. responses.Where(response => response.Value > 0).Append(all).Select(response => new Values(StringComparer.Ordinal)
        {
            ["kind"] = response.Key.Replace('_', ' '),
            ["count"] = response.Value.ToString("N0", CultureInfo.InvariantCulture),
        })];
    }

    private static Values One(string name, string value) => new(StringComparer.Ordinal) { [name] = value };

    /// <summary>The values of an optional part of the page. If the list is empty, the page omits the part.</summary>
    private static List<Values> Optional(Values? values) => values is null ? [] : [values];

    /// <summary>Adds a time in UTC, as in the log.</summary>
    private static Values AddMoment(Values values, DateTimeOffset moment)
    {
        values["at"] = Date(moment);
        values["time"] = Time(moment);
        return values;
    }

    private static string Date(DateTimeOffset moment) => moment.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);

    private static string Time(DateTimeOffset moment) => moment.ToString("HH:mm:ss", CultureInfo.InvariantCulture);

    private static string Words<T>(T value)
        where T : struct, Enum => value.ToSnakeCase().Replace('_', ' ');

    private static string Seconds(TimeSpan span) => span.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);

    private static string Duration(TimeSpan span) =>
        span < TimeSpan.FromSeconds(10) ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.000} s") : Span(span);

    /// <summary>For example <c>2 h 5 min</c>. A smaller unit of 0 is omitted.</summary>
    private static string Span(TimeSpan span) => span switch
    {
        { TotalDays: >= 1 } => Span(span.Days, "d", span.Hours, "h"),
        { TotalHours: >= 1 } => Span(span.Hours, "h", span.Minutes, "min"),
        { TotalMinutes: >= 1 } => Span(span.Minutes, "min", span.Seconds, "s"),
        _ => $"{span.Seconds} s",
    };

    private static string Span(int count, string unit, int rest, string smaller) =>
        rest == 0 ? $"{count} {unit}" : $"{count} {unit} {rest} {smaller}";
}
