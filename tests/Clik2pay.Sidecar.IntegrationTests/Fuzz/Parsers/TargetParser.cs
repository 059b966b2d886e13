using System.Text;
using Clik2pay.Sidecar.IntegrationTests.Fuzz.Requests;
using Clik2pay.Sidecar.Requests.Guard;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Parsers;

/// <summary>A target on a catch-all route: what the sidecar accepts, <see cref="TargetRules"/> accept too.</summary>
internal static class TargetParser
{
    public static string? Check(byte[] input)
    {
        // The server refuses these before the guard sees them.
        var target = Encoding.Latin1.GetString(input);
        if (target is not ['/', ..] || target.Any(c => c is ' ' or '\0' or '\n' or > '\x7f'))
            return null;

        return IsAccepted(target) && TargetRules.ReasonToRefuse(target) is { } reason ? $"accepted in spite of its {reason}" : null;
    }

    /// <summary>The one place that knows how the sidecar checks a target.</summary>
    private static bool IsAccepted(string target) => !RequestTarget.IsAmbiguous(target);
}
