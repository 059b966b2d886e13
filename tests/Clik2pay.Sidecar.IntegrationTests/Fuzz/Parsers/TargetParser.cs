using System.Text;
using Clik2pay.Sidecar.IntegrationTests.Fuzz.Requests;
using Clik2pay.Sidecar.Requests.RequestLine;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Parsers;

/// <summary>
/// Validates a target on a catch-all route. Every target that the sidecar accepts must comply with <see cref="TargetRules"/>.
/// </summary>
internal static class TargetParser
{
    public static string? Check(byte[] input)
    {
        // The server refuses these targets before the guard.
        var target = Encoding.Latin1.GetString(input);
        if (target is not ['/', ..] || target.Any(c => c is ' ' or '\0' or '\n' or > '\x7f'))
            return null;

        return IsAccepted(target) && TargetRules.ReasonToRefuse(target) is { } reason ? $"accepted in spite of: {reason}" : null;
    }

    private static bool IsAccepted(string target) => !RequestTarget.IsAmbiguous(target);
}
