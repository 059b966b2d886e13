using System.Buffers;
using System.Text;
using Clik2pay.Sidecar.Requests.Operations;
using Clik2pay.Sidecar.Requests.RequestLine;

namespace Clik2pay.Sidecar.Requests.DuplicatePayments;

/// <summary>
/// Recognizes requests that a server could read as a create or a payment. The comparison is lenient: it ignores case, empty segments, the
/// slash at the end, and parameters and extensions of segments.
/// </summary>
internal static class PaymentTarget
{
    private static readonly SearchValues<char> Separators = SearchValues.Create("/\\");

    /// <summary>Some servers ignore the rest of a segment after these characters: <c>payments;a</c>, <c>payments.json</c>.</summary>
    private static readonly SearchValues<char> Suffixes = SearchValues.Create(";. ");

    /// <param name="target">The target of a POST as the caller wrote it, with its query.</param>
    public static bool IsPossible(ReadOnlySpan<char> target)
    {
        var path = RequestTarget.GetPath(target);
        return IsLikePayment(path) || (path.Contains('%') && RequestTarget.GetReadings(path).Any(reading => IsLikePayment(reading)));
    }

    private static bool IsLikePayment(ReadOnlySpan<char> path)
    {
        var normalized = new StringBuilder(path.Length);
        foreach (var range in path.SplitAny(Separators))
        {
            var segment = path[range];
            var end = segment.IndexOfAny(Suffixes);
            if (end < 0)
                end = segment.Length;
            if (end > 0)
                normalized.Append('/').Append(segment[..end]);
        }

        return Is(KnownOperations.PaymentRequests) || Is(KnownOperations.Payments);

        bool Is(string expected) => normalized.ToString().Equals(expected, StringComparison.OrdinalIgnoreCase);
    }
}
