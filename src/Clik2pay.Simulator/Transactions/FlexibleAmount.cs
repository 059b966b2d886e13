using System.Globalization;
using System.Text.Json.Nodes;
using Clik2pay.Simulator.Rules;

namespace Clik2pay.Simulator.Transactions;

/// <summary>
/// The amount of a flexible payment request, which the payer chooses within the range in <c>flexDetails</c>. The limits for a missing
/// minimum or maximum are assumptions.
/// </summary>
internal static class FlexibleAmount
{
    /// <returns>Why no payer could pay the payment request; null if its range is valid or it isn't flexible.</returns>
    public static string? FindProblem(JsonObject sent)
    {
        var (min, max) = RangeOf(sent);
        var requested = Of(sent, "requested") ?? min;
        return min <= requested && requested <= max ? null : "minimum, requested and maximum must be in ascending order";
    }

    /// <param name="sent">The payment request.</param>
    /// <param name="amount">The payer's choice in dollars; null for the requested amount.</param>
    /// <returns>The amount in dollars; null if it is outside the range.</returns>
    public static decimal? Choose(JsonObject sent, decimal? amount)
    {
        var (min, max) = RangeOf(sent);
        var chosen = amount ?? Of(sent, "requested") ?? Of(sent, "minimum") ?? Of(sent, "maximum");
        return chosen >= min && chosen <= max && decimal.Round(chosen.Value, 2) == chosen ? chosen : null;
    }

    /// <returns>The range as text, for example <c>from 5 to 20</c>.</returns>
    public static string Describe(JsonObject sent)
    {
        var (min, max) = RangeOf(sent);
        return string.Create(CultureInfo.InvariantCulture, $"from {min} to {max}, with at most two decimal places");
    }

    private static (decimal Min, decimal Max) RangeOf(JsonObject sent) => (Of(sent, "minimum") ?? 0.01m, Of(sent, "maximum") ?? 10_000);

    private static decimal? Of(JsonObject sent, string name) => Rule.Number(sent["flexDetails"]?[name]);
}
