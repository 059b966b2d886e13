namespace Clik2pay.Sidecar.IntegrationTests.Clocks;

/// <summary>The effect of a change of Redis's clock on six replicas and on one that started after the change.</summary>
/// <param name="Step">The change of the clock.</param>
internal sealed record StepReport(TimeSpan Step)
{
    /// <summary>Token calls from the start of the fleet to the change.</summary>
    public required int TokenCallsBefore { get; init; }

    /// <summary>Token calls from the change to the end of the test.</summary>
    public required int TokenCallsAfter { get; init; }

    /// <summary>The maximum of <see cref="TokenCallsAfter"/>: one for the change and one for each scheduled refresh.</summary>
    public required int AllowedAfter { get; init; }

    /// <summary>Requests that arrived at the upstream with an expired token.</summary>
    public required int Expired { get; init; }

    /// <summary>Calls that failed.</summary>
    public required int Failed { get; init; }

    public required int Succeeded { get; init; }

    public bool IsGood => TokenCallsBefore == 1 && TokenCallsAfter <= AllowedAfter && Expired + Failed == 0 && Succeeded > 100;
}
