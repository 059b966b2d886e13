using System.Globalization;
using System.Net;
using System.Text;
using Clik2pay.Sidecar.Telemetry;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Refresh;

namespace Clik2pay.Sidecar.Administration;

/// <summary>The status for people: one page that needs nothing else, and renews itself.</summary>
internal static class StatusPage
{
    public const string ContentType = "text/html; charset=utf-8";

    /// <summary>The parts of a token's life in which its remains are called low, and no longer high.</summary>
    private const double Low = 0.1;
    private const double High = 0.2;

    public static byte[] Write(SidecarStatus status) => Encoding.UTF8.GetBytes($"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <title>{State(status)} – Clik2pay Sidecar</title>
        <link rel="icon" href="data:,">
        <noscript><meta http-equiv="refresh" content="30"></noscript>
        <style>{PageAssets.Style}</style>
        </head>
        <body>
        <main>
        <h1>Clik2pay Sidecar</h1>
        <p class="state {Class(status)}"><strong>{State(status)}</strong> {Text(status.Readiness.Reason)}</p>
        {Token(status)}
        {Refreshes(status)}
        {Sharing(status)}
        {Responses(status)}
        {Program(status)}
        </main>
        <footer>
        <label hidden><input type="checkbox" id="live" checked> Refresh every 5 s</label>
        <span><a href="status">JSON</a> · <a href="metrics">Metrics</a></span>
        <span id="news" role="status" class="unseen"></span>
        </footer>
        <script type="module">{PageAssets.Script}</script>
        </body>
        </html>

        """);

    private static string State(SidecarStatus status) => status switch
    {
        { Readiness.IsHealthy: false } => "Not ready",
        { Token: null } => "Ready, but without an access token",
        _ => "Ready",
    };

    private static string Class(SidecarStatus status) => status switch
    {
        { Readiness.IsHealthy: false } => "bad",
        { Token: null } => "poor",
        _ => "ok",
    };

    private static string Token(SidecarStatus status)
    {
        var next = $"The next refresh comes {(status.NextRefresh == TimeSpan.Zero ? "now" : $"in {Span(status.NextRefresh)}")}.";
        var body = status.Token is { } token
            ? string.Create(CultureInfo.InvariantCulture, $"""
                <meter aria-labelledby="token" min="0" max="{token.Lifetime.TotalSeconds:0}" low="{token.Lifetime.TotalSeconds * Low:0}" high="{token.Lifetime.TotalSeconds * High:0}" optimum="{token.Lifetime.TotalSeconds:0}" value="{token.Remaining.TotalSeconds:0}">{Span(token.Remaining)}</meter>
                <p><strong>{Span(token.Remaining)}</strong> left of {Span(token.Lifetime)}; {Span(token.Age)} old, expires at {Moment(status.At + token.Remaining)}.</p>
                """)
            : $"""<p>None is held, so calls are answered 503. The last was had {(status.LastSuccess is { } last ? $"at {Moment(last)}" : "never")}.</p>""";
        var rotation = status.WhyRotationPending is { } why ? $"""<p class="reason">{Text(why)} The credentials before stay in use.</p>""" : "";
        return $"""<section><h2 id="token">Access token</h2>{body}<p class="dim">{next}</p>{rotation}</section>""";
    }

    private static string Refreshes(SidecarStatus status) => $"""
        <section><h2 id="refreshes">Last refreshes</h2><div class="scroll" role="region" aria-labelledby="refreshes" tabindex="0"><table>
        <thead><tr><th scope="col">Ended (UTC)</th><th scope="col">Begun because</th><th scope="col">Outcome</th><th scope="col" class="number">Took</th></tr></thead>
        <tbody>{string.Concat(status.Refreshes.Select(Refresh))}</tbody></table></div>
        {(status.Refreshes.Count == 0 ? """<p class="dim">None has ended yet.</p>""" : "")}</section>
        """;

    private static string Refresh(RefreshRecord refresh)
    {
        var isWell = refresh.Outcome is RefreshOutcome.Success or RefreshOutcome.Adopted or RefreshOutcome.Deferred;
        var reason = refresh.Reason is null ? "" : $"""<tr><td colspan="4" class="reason">{Text(refresh.Reason)}</td></tr>""";
        return $"""<tr><td>{Moment(refresh.EndedAt, zone: "")}</td><td>{Words(refresh.Trigger)}</td><td class="{(isWell ? "ok" : "bad")}">{Words(refresh.Outcome)}</td><td class="number">{Took(refresh.Duration)}</td></tr>{reason}""";
    }

    private static string Sharing(SidecarStatus status)
    {
        var store = status.Store switch
        {
            { IsUp: true } => $"{Text(status.Store.Name)}, usable at the last visit",
            { IsUp: false } => $"""{Text(status.Store.Name)}, <span class="reason">not usable at the last visit: {Text(status.Store.Trouble!.Replace('_', ' '))}; the log says where. Calls go on.</span>""",
            _ => Text(status.Store.Name),
        };
        var lease = status.LastLease is { } last ? $"{Words(last.Outcome)} at {Moment(last.At)}" : "not asked for yet";
        return $"""<section><h2>Sharing</h2><dl><dt>The token is kept in</dt><dd>{store}</dd><dt>Lease on the token call</dt><dd>{lease}</dd></dl></section>""";
    }

    private static string Responses(SidecarStatus status) => $"""
        <section><h2>Responses since the start</h2><table>
        <thead><tr><th scope="col">Answer</th><th scope="col" class="number">Count</th></tr></thead>
        <tbody>{string.Concat(status.Responses.Where(answer => answer.Value > 0).Select(answer => Answer(answer.Key.Replace('_', ' '), answer.Value)))}{Answer("all", status.Responses.Sum(answer => answer.Value))}</tbody></table></section>
        """;

    private static string Answer(string kind, long count) => string.Create(CultureInfo.InvariantCulture, $"""<tr><th scope="row">{kind}</th><td class="number">{count:N0}</td></tr>""");

    private static string Program(SidecarStatus status) => $"""
        <section><h2>Program</h2><dl>
        <dt>Environment</dt><dd>{status.Environment}</dd><dt>API</dt><dd>{Text($"{status.ApiBaseUrl}")}</dd><dt>Token endpoint</dt><dd>{Text($"{status.TokenEndpoint}")}</dd>
        <dt>Version</dt><dd>{Text(BuildInfo.Version)}</dd><dt>Running for</dt><dd>{Span(status.Uptime)}</dd><dt>As of</dt><dd>{Moment(status.At)}</dd></dl></section>
        """;

    private static string Text(string text) => WebUtility.HtmlEncode(text);

    private static string Words<T>(T value)
        where T : struct, Enum => value.ToSnakeCase().Replace('_', ' ');

    /// <summary>Always in UTC, as the log is.</summary>
    private static string Moment(DateTimeOffset moment, string zone = " UTC") =>
        string.Create(CultureInfo.InvariantCulture, $"""<time datetime="{moment:yyyy-MM-ddTHH:mm:ssZ}">{moment:HH:mm:ss}{zone}</time>""");

    private static string Took(TimeSpan span) => span < TimeSpan.FromSeconds(10) ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.000} s") : Span(span);

    /// <summary>The largest unit of it, and the next one if there is something of it.</summary>
    private static string Span(TimeSpan span) => span switch
    {
        { TotalDays: >= 1 } => Span(span.Days, "d", span.Hours, "h"),
        { TotalHours: >= 1 } => Span(span.Hours, "h", span.Minutes, "min"),
        { TotalMinutes: >= 1 } => Span(span.Minutes, "min", span.Seconds, "s"),
        _ => $"{span.Seconds} s",
    };

    private static string Span(int count, string unit, int rest, string smaller) => rest == 0 ? $"{count} {unit}" : $"{count} {unit} {rest} {smaller}";
}
