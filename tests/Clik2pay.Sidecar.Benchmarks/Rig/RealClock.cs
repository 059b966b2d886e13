namespace Clik2pay.Sidecar.Benchmarks.Rig;

/// <summary>The real clock: what is measured here are real processes.</summary>
internal static class RealClock
{
#pragma warning disable RS0030 // Real processes know no other.
    public static TimeProvider Time => TimeProvider.System;
#pragma warning restore RS0030

    public static Task Pause(TimeSpan duration, CancellationToken cancellationToken) => Task.Delay(duration, Time, cancellationToken);
}
