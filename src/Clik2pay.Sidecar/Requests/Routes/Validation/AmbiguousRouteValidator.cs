using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Configuration.RouteValidators;

namespace Clik2pay.Sidecar.Requests.Routes.Validation;

/// <summary>Refuses two routes that match the same request if routing cannot decide which one applies.</summary>
internal sealed class AmbiguousRouteValidator(IProxyConfigProvider configuration) : IRouteValidator
{
    public ValueTask ValidateAsync(RouteConfig routeConfig, IList<Exception> errors)
    {
        // Only earlier routes are compared, so that each pair is reported once.
        foreach (var other in configuration.GetConfig().Routes.TakeWhile(other => !IsSame(other, routeConfig)))
        {
            if (AmbiguousRoutes.AreAmbiguous(other, routeConfig))
            {
                errors.Add(new InvalidOperationException(
                    $"The routes '{other.RouteId}' and '{routeConfig.RouteId}' match the same requests. "
                    + "Set different Order values (the smaller one wins), or change Match."));
            }
        }

        return default;
    }

    private static bool IsSame(RouteConfig a, RouteConfig b) => string.Equals(a.RouteId, b.RouteId, StringComparison.OrdinalIgnoreCase);
}
