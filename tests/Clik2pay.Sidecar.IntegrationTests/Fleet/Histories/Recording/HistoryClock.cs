using Clik2pay.Sidecar.Hosting;

namespace Clik2pay.Sidecar.IntegrationTests.Fleet.Histories.Recording;

/// <summary>The clock of a history. It starts at 0 and is monotonic.</summary>
internal sealed class HistoryClock
{
    private readonly long start = SystemDefaults.Time.GetTimestamp();

    public TimeSpan Now => SystemDefaults.Time.GetElapsedTime(start);
}
