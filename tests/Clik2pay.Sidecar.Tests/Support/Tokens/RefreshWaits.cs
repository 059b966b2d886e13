using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Hosting;

namespace Clik2pay.Sidecar.Tests.Support.Tokens;

internal static class RefreshWaits
{
    /// <summary>
    /// Waits for one refresh after another until the condition holds. The condition is checked after the wait has begun, so a refresh that
    /// ends in between is not missed.
    /// </summary>
    public static async Task WaitUntilAsync(this TokenLifecycle tokens, Func<bool> condition)
    {
        while (true)
        {
            var refresh = tokens.NextRefresh;
            if (condition())
                return;
            await refresh.WaitAsync(SidecarProcess.LongestWait, SystemDefaults.Time, TestContext.Current.CancellationToken);
        }
    }
}
