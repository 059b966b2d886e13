using System.Text.Json;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Wire;

/// <summary>What the contract says about the responses that the sidecar generates.</summary>
internal static class ProblemRules
{
    /// <summary>What may happen with a provider that works.</summary>
    private static readonly string[] Refusals = ["bad_request", "caller_refused", "no_route"];

    /// <summary>What may happen with a provider that sends what it must not.</summary>
    private static readonly string[] Failures = ["upstream_unreachable", "upstream_timeout"];

    /// <returns>What is wrong with the refusal of a request; null if nothing is.</returns>
    public static string? CheckRefusal(StrictMessage response, bool isToHead) =>
        Check(response, Refusals, isToHead)
        ?? (response["Connection"].SequenceEqual(["close"]) || IsNoRoute(response) ? null : "a refusal that keeps the connection");

    /// <returns>What is wrong with the report of a provider's failure; null if nothing is.</returns>
    public static string? CheckFailure(StrictMessage response, bool isToHead) => Check(response, Failures, isToHead);

    private static bool IsNoRoute(StrictMessage response) => response["Clik2pay-Sidecar-Error"].SequenceEqual(["no_route"]);

    private static string? Check(StrictMessage response, string[] codes, bool isToHead)
    {
        if (response["Clik2pay-Sidecar-Error"].ToList() is not [var code] || !codes.Contains(code))
            return $"an unexpected problem response ({string.Join(", ", response["Clik2pay-Sidecar-Error"])}, {response.StartLine[9..12]})";

        if (!response["Content-Type"].SequenceEqual(["application/problem+json"]))
            return "a problem response of another type";

        if (isToHead && response.Body.Length == 0)
            return null;

        try
        {
            using var problem = JsonDocument.Parse(response.Body);
            var root = problem.RootElement;
            return root.GetProperty("status").GetInt32() == response.Status && root.GetProperty("code").GetString() == code
                && root.GetProperty("sent").GetString() is "no" or "maybe"
                    ? null
                    : "a problem response whose body says something else than its head";
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return "a problem response without a problem document";
        }
    }
}
