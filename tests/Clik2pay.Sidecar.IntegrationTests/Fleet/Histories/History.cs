using System.Collections.Concurrent;

namespace Clik2pay.Sidecar.IntegrationTests.Fleet.Histories;

/// <summary>Everything that was observed of a fleet, with the times of one clock.</summary>
/// <param name="replicas">How many replicas the fleet has.</param>
/// <param name="pace">How often the fleet may call the token endpoint.</param>
internal sealed class History(int replicas, FleetPace pace)
{
    public int Replicas { get; } = replicas;

    public FleetPace Pace { get; } = pace;

    public ConcurrentQueue<TokenIssue> Issues { get; } = new();

    /// <summary>When token calls got a 503.</summary>
    public ConcurrentQueue<TimeSpan> Refusals { get; } = new();

    public ConcurrentQueue<ArrivedRequest> Requests { get; } = new();

    public ConcurrentQueue<Call> Calls { get; } = new();

    public ConcurrentQueue<StoredExpiry> StoredExpiries { get; } = new();

    /// <summary>In their order. A period begins with each fault and lasts until the next one.</summary>
    public ConcurrentQueue<FaultWindow> Faults { get; } = new();

    /// <summary>When the recording ended.</summary>
    public TimeSpan EndedAt { get; set; }

    /// <summary>Faults, token calls and failed calls of a time, one a line.</summary>
    public string Describe(TimeSpan from, TimeSpan to)
    {
        var failures = Calls.Where(call => call.Outcome != Call.Served);
        var lines = Faults.Select(fault => (At: fault.StartedAt, Text: $"{fault}"))
            .Concat(Issues.Select(issue => (At: issue.IssuedAt, Text: $"{issue}")))
            .Concat(Refusals.Select(at => (At: at, Text: FormattableString.Invariant($"{at.TotalSeconds:0.000} token call failed"))))
            .Concat(failures.Select(call => (At: call.EndedAt, Text: $"{call}")))
            .Where(line => line.At >= from && line.At <= to)
            .OrderBy(line => line.At);
        return string.Join('\n', lines.Select(line => $"  {line.Text}"));
    }
}
