using Clik2pay.Sidecar.Telemetry;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Refresh;
using static Clik2pay.Sidecar.Administration.Status.Page.PageValues;
using Values = System.Collections.Generic.Dictionary<string, object>;

namespace Clik2pay.Sidecar.Administration.Status.Page;

/// <summary>The rows of the table of refreshes: one for each run.</summary>
internal static class RefreshRows
{
    public static List<Values> Of(IEnumerable<RefreshRun> runs, DateTimeOffset now) => [.. runs.Select(run => Row(run, now))];

    private static Values Row(RefreshRun run, DateTimeOffset now) => new Values(StringComparer.Ordinal)
    {
        ["trigger"] = Describe(run),
        ["triggerName"] = run.Last.Trigger.ToSnakeCase(),
        ["class"] = ClassOf(run.Last.Outcome),
        ["outcome"] = Labels.Of(run.Last.Outcome),
        ["outcomeName"] = run.Last.Outcome.ToSnakeCase(),
        ["duration"] = Duration(run.Last.Duration),
        ["details"] = Optional(run.Last.HasObtainedToken ? null : Details(run, now)),
    }.WithMoment(run.Last.EndedAt, now);

    /// <summary>Attempts after a failure are shown as retries. Their triggers only state why the pause before them ended.</summary>
    private static string Describe(RefreshRun run) => run switch
    {
        { FailuresBefore: > 0, Attempts: 1 } => $"Retry {Number(run.FailuresBefore)}",
        { FailuresBefore: > 0 } => $"Retries {Number(run.FailuresBefore)} to {Number(run.Failures - 1)}",
        { Attempts: 1 } => Labels.Of(run.First.Trigger),
        { Attempts: 2 } => $"{Labels.Of(run.First.Trigger)}, then 1 retry",
        _ => $"{Labels.Of(run.First.Trigger)}, then {Number(run.Attempts - 1)} retries",
    };

    private static Values Details(RefreshRun run, DateTimeOffset now) => new(StringComparer.Ordinal)
    {
        ["attempts"] = Optional(run.Attempts == 1 ? null : new(StringComparer.Ordinal)
        {
            ["count"] = Number(run.Attempts),
            ["first"] = Optional(None.WithMoment(run.First.EndedAt, now)),
            ["last"] = Optional(None.WithMoment(run.Last.EndedAt, now)),
        }),
        ["failure"] = Optional(run.Last.Reason is { } reason ? One("reason", Sentence(reason)) : null),
        ["help"] = Help(Troubleshooting.HeadingFor(run.Last.Outcome)),
    };

    private static string ClassOf(RefreshOutcome outcome) => outcome switch
    {
        RefreshOutcome.Success or RefreshOutcome.Adopted => "ok",
        RefreshOutcome.Deferred => "poor",
        _ => "bad",
    };

    /// <summary>Makes a sentence of a reason, which has no capital letter and no period.</summary>
    private static string Sentence(string reason) => $"{char.ToUpperInvariant(reason[0])}{reason[1..]}.";
}
