namespace Clik2pay.Sidecar.Tokens.Refresh;

/// <summary>Which of the loop's refreshes the log is told of: each success, each refusal; of other failures the first of a kind, so that an outage is told once.</summary>
internal static class RefreshReport
{
    public static void Report(this ILogger log, RefreshTrigger trigger, RefreshResult result, RefreshStatus before, RefreshStatus after, TimeSpan now)
    {
        var (isRotation, secondsToRetry) = (trigger == RefreshTrigger.Rotation, (long)(after.DueAt - now).TotalSeconds);
        if (result.Token is { } token)
        {
            log.Refreshed(result.Outcome, trigger, result.Outcome == RefreshOutcome.Adopted ? "the shared store" : "the token endpoint", (long)(token.ExpiresAt - now).TotalSeconds);
            if (isRotation)
                log.Rotated();
        }
        else if (result.Failure is { Outcome: RefreshOutcome.Rejected } refusal)
        {
            if (isRotation)
                log.RotationRefused(refusal.Reason, secondsToRetry);
            else
                log.Refused(trigger, refusal.Reason, secondsToRetry);
        }
        else if (result.Failure is { } failure && before.Failure?.Outcome != failure.Outcome)
        {
            if (isRotation)
                log.RotationPutOff(failure.Outcome, failure.Reason, secondsToRetry);
            else
                log.Failed(result.Outcome, trigger, failure.Reason, secondsToRetry);
        }
    }
}
