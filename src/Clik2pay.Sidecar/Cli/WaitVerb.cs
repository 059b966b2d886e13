using System.Globalization;
using Clik2pay.Sidecar.Hosting;
using static Clik2pay.Sidecar.Tokens.MonotonicTime;

namespace Clik2pay.Sidecar.Cli;

/// <summary>The verb <c>wait</c>: asks the sidecar beside it until that has started.</summary>
internal static class WaitVerb
{
    /// <summary>In seconds: a day.</summary>
    public const int LongestTimeout = 86_400;

    /// <summary>An answer gets at least and at most so long: with a timeout of 0 one question is asked, and one that hangs is asked again.</summary>
    private static readonly TimeSpan Shortest = TimeSpan.FromMilliseconds(500);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    public static async Task<int> RunAsync(TimeSpan timeout, IReadOnlyList<string> commandLine, CancellationToken cancellationToken)
    {
        if (await AdminClient.FindAsync(commandLine) is not { } sidecar)
            return ExitCode.BadConfiguration;

        using (sidecar)
        {
            var startedAt = SystemDefaults.Time.GetTimestamp();
            while (true)
            {
                var left = timeout - SystemDefaults.Time.GetElapsedTime(startedAt);
                var (isWell, says) = await sidecar.AskAsync(HttpMethod.Get, "/startupz", Min(Max(left, Shortest), Longest), cancellationToken);
                if (isWell)
                    return ExitCode.Success;

                if (SystemDefaults.Time.GetElapsedTime(startedAt) >= timeout)
                {
                    await ErrorOutput.WriteAsync(string.Create(
                        CultureInfo.InvariantCulture,
                        $"The sidecar has not started within {timeout.TotalSeconds:0} s. {says}"));
                    return ExitCode.Failed;
                }

                await Task.Delay(Pause, SystemDefaults.Time, cancellationToken);
            }
        }
    }
}
