namespace Clik2pay.Sidecar.IntegrationTests.Clocks;

/// <summary>What a step of Redis's clock caused in a fleet of six replicas and one that started afterwards.</summary>
/// <param name="Step">The step.</param>
internal sealed record StepReport(TimeSpan Step)
{
    /// <summary>Before the step, in one lifetime.</summary>
    public required int TokenCallsBefore { get; init; }

    public required int TokenCallsAfter { get; init; }

    /// <summary>One for the step and one for each scheduled refresh.</summary>
    public required int AllowedAfter { get; init; }

    /// <summary>Requests that arrived at the upstream with an expired token.</summary>
    public required int Expired { get; init; }

    /// <summary>Requests of callers that failed.</summary>
    public required int Failed { get; init; }

    public required int Succeeded { get; init; }

    public bool IsGood => TokenCallsBefore == 1 && TokenCallsAfter <= AllowedAfter && Expired + Failed == 0 && Succeeded > 100;
}
