using System.Globalization;
using static Clik2pay.Sidecar.Administration.Status.Page.PageValues;
using Values = System.Collections.Generic.Dictionary<string, object>;

namespace Clik2pay.Sidecar.Administration.Status.Page;

/// <summary>The responses since startup: the share of errors, and one row for each kind of response.</summary>
internal static class ResponseRows
{
    /// <summary>With fewer responses, a percentage would suggest an accuracy that it does not have.</summary>
    public const int EnoughForPercent = 100;

    private const string ProviderErrors = "upstream_5xx";

    /// <summary>The same codes as in the error ratio of the dashboard. Other codes report errors of callers, or a planned stop.</summary>
    private static readonly string[] SidecarErrors =
        ["token_unavailable", "credentials_refused", "upstream_unreachable", "upstream_timeout", "internal_error"];

    public static void AddTo(Values values, IReadOnlyList<KeyValuePair<string, long>> responses)
    {
        var all = responses.Sum(response => response.Value);
        var sidecar = responses.Where(response => SidecarErrors.Contains(response.Key)).Sum(response => response.Value);
        var provider = responses.Where(response => response.Key == ProviderErrors).Sum(response => response.Value);
        values["errors"] = Optional(all == 0 ? null : new(StringComparer.Ordinal)
        {
            ["all"] = Count(all, "response"),
            ["sidecar"] = Share(sidecar, all),
            ["sidecarClass"] = ClassOf(sidecar),
            ["provider"] = Share(provider, all),
            ["providerClass"] = ClassOf(provider),
        });
        values["noResponse"] = Optional(all == 0 ? None : null);
        values["responses"] = responses.Where(response => response.Value > 0).Select(Row).ToList();
    }

    private static Values Row(KeyValuePair<string, long> response) => new(StringComparer.Ordinal)
    {
        ["kind"] = Labels.OfResponses(response.Key),
        ["name"] = response.Key,
        ["count"] = Number(response.Value),
        ["help"] = Help(Troubleshooting.HeadingForResponses(response.Key)),
    };

    private static string ClassOf(long errors) => errors == 0 ? "none" : "some";

    /// <summary>For example <c>1.5% (15)</c>, or <c>3 of 40</c>. Rounding never hides an error.</summary>
    private static string Share(long count, long all)
    {
        if (count == 0)
            return Number(count);
        if (all < EnoughForPercent)
            return $"{Number(count)} of {Number(all)}";

        var percent = 100.0 * count / all;
        var text = percent switch
        {
            < 0.1 => "less than 0.1",
            > 99.9 and < 100 => "more than 99.9",
            _ => percent.ToString("0.#", CultureInfo.InvariantCulture),
        };
        return $"{text}% ({Number(count)})";
    }
}
