using System.Globalization;
using Values = System.Collections.Generic.Dictionary<string, object>;

namespace Clik2pay.Sidecar.Administration.Status.Page;

/// <summary>Values of placeholders that several parts of the page share.</summary>
internal static class PageValues
{
    public static Values None => new(StringComparer.Ordinal);

    public static Values One(string name, string value) => new(StringComparer.Ordinal) { [name] = value };

    /// <summary>The values of an optional part of the page. If the list is empty, the page omits the part.</summary>
    public static List<Values> Optional(Values? values) => values is null ? [] : [values];

    /// <summary>The CSS class of an environment.</summary>
    public static string ClassOf(string environment) => environment.ToLowerInvariant();

    /// <summary>A link to a section of the troubleshooting page.</summary>
    public static List<Values> Help(string? heading) => Optional(heading is null ? null : new(StringComparer.Ordinal)
    {
        ["heading"] = heading,
        ["anchor"] = Troubleshooting.AnchorOf(heading),
    });

    /// <summary>
    /// Adds a time in UTC in four forms: machine-readable, date and time, time of day, and age by the clock of the sidecar.
    /// </summary>
    public static Values WithMoment(this Values values, DateTimeOffset moment, DateTimeOffset now)
    {
        values["at"] = moment.ToString("yyyy-MM-ddTHH:mm:ssZ", CultureInfo.InvariantCulture);
        values["date"] = moment.ToString("yyyy-MM-dd HH:mm:ss 'UTC'", CultureInfo.InvariantCulture);
        values["time"] = moment.ToString("HH:mm:ss", CultureInfo.InvariantCulture);

        // The script computes the same age from whole seconds.
        values["ago"] = Span(TimeSpan.FromSeconds(Math.Max(0, now.ToUnixTimeSeconds() - moment.ToUnixTimeSeconds())));
        return values;
    }

    public static string Seconds(TimeSpan span) => span.TotalSeconds.ToString("0", CultureInfo.InvariantCulture);

    public static string Duration(TimeSpan span) =>
        span < TimeSpan.FromSeconds(10) ? string.Create(CultureInfo.InvariantCulture, $"{span.TotalSeconds:0.000} s") : Span(span);

    /// <summary>For example <c>2 h 5 min</c>. A smaller unit of 0 is omitted. The script has the same rule.</summary>
    public static string Span(TimeSpan span) => span switch
    {
        { TotalDays: >= 1 } => Span(span.Days, "d", span.Hours, "h"),
        { TotalHours: >= 1 } => Span(span.Hours, "h", span.Minutes, "min"),
        { TotalMinutes: >= 1 } => Span(span.Minutes, "min", span.Seconds, "s"),
        _ => $"{span.Seconds} s",
    };

    /// <summary>Only the largest unit, for example <c>2 h</c>.</summary>
    public static string ShortSpan(TimeSpan span) => string.Join(' ', Span(span).Split(' ')[..2]);

    /// <summary>For example <c>1,234 responses</c>.</summary>
    public static string Count(long count, string noun) => $"{Number(count)} {noun}{(count == 1 ? "" : "s")}";

    public static string Number(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    private static string Span(int count, string unit, int rest, string smaller) =>
        rest == 0 ? $"{count} {unit}" : $"{count} {unit} {rest} {smaller}";
}
