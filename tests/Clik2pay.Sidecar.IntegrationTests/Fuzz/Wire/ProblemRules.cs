using System.Text.Json;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Wire;

/// <summary>Checks the sidecar's problem responses.</summary>
internal static class ProblemRules
{
    /// <summary>The error codes that are allowed while the provider works.</summary>
    private static readonly string[] Refusals = ["bad_request", "caller_refused", "no_route"];

    /// <summary>The error codes that are allowed after an invalid response of the provider.</summary>
    private static readonly string[] Failures = ["upstream_unreachable", "upstream_timeout"];

    /// <returns>The error in the refusal of a request, or null if the refusal is correct.</returns>
    public static string? CheckRefusal(StrictMessage response, bool isToHead) =>
        Check(response, Refusals, isToHead)
        ?? (response["Connection"].SequenceEqual(["close"]) || IsNoRoute(response) ? null : "a refusal that keeps the connection open");

    /// <returns>The error in the report of a provider's failure, or null if the report is correct.</returns>
    public static string? CheckFailure(StrictMessage response, bool isToHead) => Check(response, Failures, isToHead);

    private static bool IsNoRoute(StrictMessage response) => response["Clik2pay-Sidecar-Error"].SequenceEqual(["no_route"]);

    private static string? Check(StrictMessage response, string[] codes, bool isToHead)
    {
        if (response["Clik2pay-Sidecar-Error"].ToList() is not [var code] || !codes.Contains(code))
            return $"an unexpected problem response ({string.Join(", ", response["Clik2pay-Sidecar-Error"])}, {response.StartLine[9..12]})";

        if (!response["Content-Type"].SequenceEqual(["application/problem+json"]))
            return "a problem response with an unexpected Content-Type";

        if (isToHead && response.Body.Length == 0)
            return null;

        try
        {
            using var problem = JsonDocument.Parse(response.Body);
            var root = problem.RootElement;
            return root.GetProperty("status").GetInt32() == response.Status && root.GetProperty("code").GetString() == code
                && root.GetProperty("sent").GetString() is "no" or "maybe"
                    ? null
                    : "a problem response whose body contradicts its headers";
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return "a problem response without a problem document";
        }
    }
}
