using Clik2pay.Sidecar.Requests.RequestLine;

namespace Clik2pay.Sidecar.Requests.Operations;

/// <summary>
/// Classifies requests, and decides whether a caller may send them. Neither allocates memory unless the path contains a percent sign.
/// </summary>
internal static class RequestOperation
{
    /// <param name="method">The method of the request.</param>
    /// <param name="target">The target of the request as the caller wrote it, with its query.</param>
    /// <returns>The operation of the path as written. <see cref="Operation.Other"/> if the operation has no name.</returns>
    public static Operation Classify(string method, ReadOnlySpan<char> target)
    {
        var path = RequestTarget.GetPath(target);
        foreach (var (operation, pattern) in KnownOperations.All)
        {
            if (pattern.Matches(method, path))
                return operation;
        }

        return Operation.Other;
    }

    /// <summary>
    /// Whether a pattern allows the path as written, and a pattern allows each path that a server could read after it decodes the written
    /// one. The patterns can be different ones.
    /// </summary>
    /// <param name="allowed">The patterns of the caller.</param>
    /// <param name="method">The method of the request.</param>
    /// <param name="target">The target of the request as the caller wrote it, with its query. The caller guard has accepted it.</param>
    public static bool IsAllowed(IReadOnlyList<OperationPattern> allowed, string method, ReadOnlySpan<char> target)
    {
        var path = RequestTarget.GetPath(target);
        if (!MatchesAny(allowed, method, path))
            return false;

        if (!path.Contains('%'))
            return true;

        foreach (var reading in RequestTarget.GetReadings(path))
        {
            if (!MatchesAny(allowed, method, reading))
                return false;
        }

        return true;
    }

    private static bool MatchesAny(IReadOnlyList<OperationPattern> patterns, string method, ReadOnlySpan<char> path)
    {
        // The enumerator of the interface would be allocated.
        for (var i = 0; i < patterns.Count; i++)
        {
            if (patterns[i].Matches(method, path))
                return true;
        }

        return false;
    }
}
