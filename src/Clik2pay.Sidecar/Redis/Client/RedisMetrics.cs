using System.Diagnostics.Metrics;
using Clik2pay.Sidecar.Redis.Failures;
using Clik2pay.Sidecar.Telemetry;

namespace Clik2pay.Sidecar.Redis.Client;

/// <summary>The instruments of Redis operations.</summary>
internal sealed class RedisMetrics
{
    /// <summary>In seconds. An operation ends after 2 s.</summary>
    private static readonly double[] Buckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2];

    private readonly ClosedCounter<(RedisOperation Operation, RedisFailure? Failure)> operations;
    private readonly ClosedCounter<ValueTuple> invalidValues;
    private readonly Histogram<double> duration;

    public RedisMetrics(IMeterFactory meters)
    {
        var meter = meters.CreateSidecarMeter();
        operations = new(meter, "clik2pay.sidecar.store_operations",
            "Operations on Redis, by operation and by outcome: success or the kind of failure.",
            from operation in Enum.GetValues<RedisOperation>() from failure in Outcomes() select (operation, failure),
            ended => [new("operation", ended.Operation.ToSnakeCase()), new("outcome", ended.Failure?.ToSnakeCase() ?? "success")],
            isRare: true);
        duration = meter.CreateDuration("clik2pay.sidecar.store_operation_duration",
            "Duration of an operation on Redis, from the connection to the reply.", Buckets);
        invalidValues = new(meter, "clik2pay.sidecar.store_foreign_values",
            "Values in Redis that were not written by a sidecar with the same credentials, have expired, or whose expiry was changed.",
            [default], _ => []);
    }

    public void OperationEnded(RedisOperation operation, RedisFailure? failure, TimeSpan elapsed)
    {
        operations.Add((operation, failure));
        duration.Record(elapsed.TotalSeconds);
    }

    public void ValueWasInvalid() => invalidValues.Add(default);

    private static IEnumerable<RedisFailure?> Outcomes() => [null, .. Enum.GetValues<RedisFailure>().Cast<RedisFailure?>()];
}
