using System.Text.Json.Nodes;
using Clik2pay.Simulator.Common;
using Clik2pay.Simulator.Options;
using Clik2pay.Simulator.Rules;
using Microsoft.AspNetCore.Http;

namespace Clik2pay.Simulator.Payments;

/// <summary>
/// Writes errors of the Payment Requests API. The provider documents the status codes but not the bodies, so the bodies identify the
/// simulator as their source. With <see cref="Assumption.ErrorBodies"/>, they have the format of AWS API Gateway.
/// </summary>
internal sealed class ErrorWriter(SimulatorOptions options)
{
    public Task WriteUnauthorizedAsync(HttpContext context) => WriteAsync(
        context,
        StatusCodes.Status401Unauthorized,
        new(null, "Unauthorized: the access token is missing, unknown, expired or revoked", Source.Errors));

    public Task WriteForbiddenAsync(HttpContext context) => WriteAsync(
        context, StatusCodes.Status403Forbidden, new(null, "Forbidden: the x-api-key header is missing or wrong", Source.Assumption));

    public Task WriteThrottledAsync(HttpContext context) => WriteAsync(
        context, StatusCodes.Status429TooManyRequests, new(null, "Too Many Requests: a simulated fault", Source.Errors));

    public Task WriteServerErrorAsync(HttpContext context) => WriteAsync(
        context, StatusCodes.Status500InternalServerError, new(null, "Internal server error: a simulated fault", Source.Errors));

    public Task WriteBadRequestAsync(HttpContext context, Violation violation) =>
        WriteAsync(context, StatusCodes.Status400BadRequest, violation);

    public Task WriteNotFoundAsync(HttpContext context, string problem) =>
        WriteAsync(context, StatusCodes.Status404NotFound, new(null, problem, Source.Errors));

    private Task WriteAsync(HttpContext context, int status, Violation violation)
    {
        var (field, problem, source) = violation;
        if (!options.Assumes(Assumption.ErrorBodies))
        {
            return JsonBody.WriteAsync(context, status, new JsonObject
            {
                ["_simulator"] = new JsonObject
                {
                    ["field"] = field,
                    ["problem"] = problem,
                    ["source"] = source.Text,
                    ["certainty"] = source.CertaintyName,
                    ["note"] = "Clik2pay does not document error bodies. Use only the status code.",
                },
            });
        }

        context.Response.Headers["x-amzn-ErrorType"] = status switch
        {
            StatusCodes.Status400BadRequest => "BadRequestException",
            StatusCodes.Status401Unauthorized => "UnauthorizedException",
            StatusCodes.Status403Forbidden => "ForbiddenException",
            StatusCodes.Status404NotFound => "NotFoundException",
            StatusCodes.Status429TooManyRequests => "TooManyRequestsException",
            _ => "InternalServerErrorException",
        };
        var message = field is null ? problem : $"{field} {problem}";
        return JsonBody.WriteAsync(context, status, new JsonObject { ["message"] = message });
    }
}
