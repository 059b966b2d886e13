namespace Clik2pay.Sidecar.Tokens;

/// <summary>An operator's request for a new token, which one refresh fulfills.</summary>
/// <param name="at">When it was made, in <see cref="MonotonicTime"/>.</param>
internal sealed class OperatorOrder(TimeSpan at)
{
    public TimeSpan At { get; } = at;

    public TaskCompletionSource<RefreshRecord> Completion { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
}
