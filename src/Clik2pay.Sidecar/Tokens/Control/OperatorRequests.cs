using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Tokens.Refresh;

namespace Clik2pay.Sidecar.Tokens.Control;

/// <summary>Requests of operators for a new token. Requests that are made before the refresh ends share it.</summary>
internal sealed class OperatorRequests
{
    private Request? pending;

    /// <summary>When the oldest pending request was made, in <see cref="MonotonicTime"/>. Null if no request is pending.</summary>
    public TimeSpan? PendingSince => Volatile.Read(ref pending)?.At;

    /// <returns>The refresh that fulfills the request.</returns>
    public Task<RefreshRecord> Add(TimeSpan now)
    {
        var own = new Request(now, new(TaskCreationOptions.RunContinuationsAsynchronously));
        return (Interlocked.CompareExchange(ref pending, own, comparand: null) ?? own).Completion.Task;
    }

    public void Complete(RefreshRecord record) => Interlocked.Exchange(ref pending, null)?.Completion.SetResult(record);

    private sealed record Request(TimeSpan At, TaskCompletionSource<RefreshRecord> Completion);
}
