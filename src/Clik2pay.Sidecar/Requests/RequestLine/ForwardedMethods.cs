using System.Collections.Immutable;

namespace Clik2pay.Sidecar.Requests.RequestLine;

/// <summary>The methods of requests that are forwarded.</summary>
internal static class ForwardedMethods
{
    public static readonly ImmutableArray<string> All = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE"];

    /// <summary>Methods are case-sensitive. A server that ignores the case would read <c>trace</c> as TRACE.</summary>
    public static bool Contains(string method) => All.AsSpan().IndexOf(method) >= 0;
}
