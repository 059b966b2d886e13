using Microsoft.AspNetCore.Routing.Matching;

namespace Clik2pay.Sidecar.Requests.Routes;

/// <summary>
/// Breaks ties between routes of equal rank by their names, so that a request that matches two routes is never an error. Equivalent routes
/// are refused at start. Still, a request can match <c>{id:int}</c> and <c>{id:long}</c>, or two routes for different values of a header
/// if the request has both values.
/// </summary>
internal sealed class RouteTieBreaker : MatcherPolicy, IEndpointComparerPolicy
{
    /// <summary>This policy applies after every other one.</summary>
    public override int Order => int.MaxValue;

    public IComparer<Endpoint> Comparer { get; } =
        Comparer<Endpoint>.Create((x, y) => string.Compare(x.DisplayName, y.DisplayName, StringComparison.OrdinalIgnoreCase));
}
