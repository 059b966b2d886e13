using System.Collections.Concurrent;

namespace Clik2pay.Sidecar.IntegrationTests.Fleet.Histories.Recording;

/// <summary>The events that were observed in a fleet. All times are from one clock.</summary>
/// <param name="replicas">The number of replicas.</param>
/// <param name="pace">The maximum rate of token calls.</param>
internal sealed class History(int replicas, FleetPace pace)
{
    public int Replicas { get; } = replicas;

    public FleetPace Pace { get; } = pace;

    public ConcurrentQueue<TokenIssue> Issues { get; } = new();

    /// <summary>The times of the token calls that got a 503.</summary>
    public ConcurrentQueue<TimeSpan> FailedTokenCalls { get; } = new();

    public ConcurrentQueue<ArrivedRequest> Requests { get; } = new();

    public ConcurrentQueue<Call> Calls { get; } = new();

    public ConcurrentQueue<StoredExpiry> StoredExpiries { get; } = new();

    /// <summary>The faults in chronological order. Each one begins a period that lasts until the next one.</summary>
    public ConcurrentQueue<FaultWindow> Faults { get; } = new();

    /// <summary>The end of the recording.</summary>
    public TimeSpan EndedAt { get; set; }

    /// <summary>Faults, token calls and failed calls in a period, one per line.</summary>
    public string Describe(TimeSpan from, TimeSpan to)
    {
        var failures = Calls.Where(call => call.Outcome != Call.Served);
        var lines = Faults.Select(fault => (At: fault.StartedAt, Text: $"{fault}"))
            .Concat(Issues.Select(issue => (At: issue.IssuedAt, Text: $"{issue}")))
            .Concat(FailedTokenCalls.Select(at => (At: at, Text: DescribeFailedTokenCall(at))))
            .Concat(failures.Select(call => (At: call.EndedAt, Text: $"{call}")))
            .Where(line => line.At >= from && line.At <= to)
            .OrderBy(line => line.At);
        return string.Join('\n', lines.Select(line => $"  {line.Text}"));
    }

    private static string DescribeFailedTokenCall(TimeSpan at) =>
        FormattableString.Invariant($"{at.TotalSeconds:0.000} token call failed");
}
