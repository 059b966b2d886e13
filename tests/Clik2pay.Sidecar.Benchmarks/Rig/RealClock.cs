namespace Clik2pay.Sidecar.Benchmarks.Rig;

/// <summary>The system clock. Real processes cannot be measured with a simulated one.</summary>
internal static class RealClock
{
#pragma warning disable RS0030 // The benchmarks measure real time.
    public static TimeProvider Time => TimeProvider.System;
#pragma warning restore RS0030

    public static Task DelayAsync(TimeSpan duration, CancellationToken cancellationToken) => Task.Delay(duration, Time, cancellationToken);
}
