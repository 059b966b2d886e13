using Microsoft.AspNetCore.Routing.Patterns;
using Yarp.ReverseProxy.Configuration;
using Yarp.ReverseProxy.Configuration.RouteValidators;

namespace Clik2pay.Sidecar.Requests.Routes.Validation;

/// <summary>
/// Refuses a path whose parameters have an unknown or invalid constraint. YARP checks the syntax only, and routing then fails for every
/// request.
/// </summary>
internal sealed class PathConstraintValidator(ParameterPolicyFactory constraints) : IRouteValidator
{
    public ValueTask ValidateAsync(RouteConfig routeConfig, IList<Exception> errors)
    {
        foreach (var parameter in PathTemplate.TryParse(routeConfig.Match.Path)?.Parameters ?? [])
        {
            foreach (var constraint in parameter.ParameterPolicies.Where(constraint => !IsValid(parameter, constraint)))
            {
                errors.Add(new InvalidOperationException(
                    $"The constraint '{constraint.Content}' in Match:Path of the route '{routeConfig.RouteId}' "
                    + "is unknown or has an invalid argument. Correct or remove it."));
            }
        }

        return default;
    }

    private bool IsValid(RoutePatternParameterPart parameter, RoutePatternParameterPolicyReference constraint)
    {
        try
        {
            return constraints.Create(parameter, constraint) is not null;
        }
        catch (Exception e)
            when (e is InvalidOperationException or ArgumentException or FormatException or OverflowException or RouteCreationException)
        {
            return false;
        }
    }
}
