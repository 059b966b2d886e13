using Microsoft.AspNetCore.Routing.Matching;

namespace Clik2pay.Sidecar.Proxy.Routes;

/// <summary>
/// Decides by the name between routes of equal rank, so that a request that matches two of them is never an error. Equivalent routes are
/// refused at start, but one request can still match two others: those for <c>{id:int}</c> and <c>{id:long}</c>, or those for two values
/// of a header when the request has both.
/// </summary>
internal sealed class RouteTieBreaker : MatcherPolicy, IEndpointComparerPolicy
{
    /// <summary>After every other policy.</summary>
    public override int Order => int.MaxValue;

    public IComparer<Endpoint> Comparer { get; } =
        Comparer<Endpoint>.Create((x, y) => string.Compare(x.DisplayName, y.DisplayName, StringComparison.OrdinalIgnoreCase));
}
