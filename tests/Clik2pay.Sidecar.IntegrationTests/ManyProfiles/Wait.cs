using Clik2pay.Sidecar.Hosting;

namespace Clik2pay.Sidecar.IntegrationTests.ManyProfiles;

/// <summary>Waits for conditions that nothing signals.</summary>
internal static class Wait
{
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(3);

    public static async Task UntilAsync(Func<bool> condition, Func<string> describe)
    {
        var startedAt = SystemDefaults.Time.GetTimestamp();
        while (!condition())
        {
            if (SystemDefaults.Time.GetElapsedTime(startedAt) > Longest)
                Assert.Fail(describe());
            await Task.Delay(TimeSpan.FromMilliseconds(20), SystemDefaults.Time, TestContext.Current.CancellationToken);
        }
    }
}
