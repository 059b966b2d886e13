using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Hosting;

namespace Clik2pay.Sidecar.Tests.Support.Tokens;

internal static class RefreshWaits
{
    /// <summary>
    /// Waits for one refresh after another until the condition holds. Takes the task of the next refresh before it checks the condition, so
    /// a refresh that ends between the check and the wait is not missed.
    /// </summary>
    public static async Task WaitUntilAsync(this TokenLifecycle tokens, Func<bool> condition)
    {
        while (true)
        {
            var refresh = tokens.NextRefresh;
            if (condition())
                return;
            await refresh.WaitAsync(SidecarProcess.LongestWait, SystemDefaults.Time, TestContext.Current.CancellationToken);

            // The task ends on the thread of the refresh loop. The test continues on another one.
            await Task.Yield();
        }
    }
}
