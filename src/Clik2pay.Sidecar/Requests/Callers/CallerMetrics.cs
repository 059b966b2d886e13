using System.Diagnostics.Metrics;
using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Requests.Operations;
using Clik2pay.Sidecar.Telemetry;

namespace Clik2pay.Sidecar.Requests.Callers;

/// <summary>
/// Counts requests by caller and operation, if callers are defined. Allowed requests have one of the caller's profiles. Refused requests
/// have the profile <c>none</c>, and requests of unrecognized callers have the caller <c>none</c>.
/// </summary>
internal sealed class CallerMetrics
{
    /// <summary>The position of a caller or a profile that a request does not have.</summary>
    private const int None = -1;

    private static readonly Operation[] Operations = Enum.GetValues<Operation>();

    private readonly ClosedCounter<(int Caller, int Profile, Operation Operation)>? requests;

    public CallerMetrics(IMeterFactory meters, CallerRecognition callers, Profiles profiles)
    {
        if (!callers.AreDefined)
            return;

        var all = callers.All
            .SelectMany(caller => caller.Profiles.Select(profile => (caller.Index, profile.Index)).Append((caller.Index, None)))
            .Append((None, None));
        requests = new(
            meters.CreateSidecarMeter(),
            "clik2pay.sidecar.caller_requests",
            "Requests by caller and operation. The outcome shows whether the caller may send the request.",
            from pair in all from operation in Operations select (pair.Item1, pair.Item2, operation),
            request =>
            [
                new("profile", request.Profile == None ? CallerDefinition.NoName : profiles.All[request.Profile].Name),
                new("caller", request.Caller == None ? CallerDefinition.NoName : callers.All[request.Caller].Name),
                new("operation", request.Operation.ToSnakeCase()),
                new("outcome", request.Profile == None ? "refused" : "allowed"),
            ],
            isRare: true);
    }

    /// <summary>The number of series of the counter.</summary>
    public static int CountSeries(IReadOnlyList<CallerDefinition> callers) =>
        callers.Count == 0 ? 0 : (1 + callers.Sum(caller => caller.Profiles.Count + 1)) * Operations.Length;

    public void RequestAllowed(Caller caller, Profile profile, Operation operation) =>
        requests?.Add((caller.Index, profile.Index, operation));

    /// <param name="caller">Null if the caller was not recognized.</param>
    /// <param name="operation">The operation of the request.</param>
    public void RequestRefused(Caller? caller, Operation operation) => requests?.Add((caller?.Index ?? None, None, operation));
}
