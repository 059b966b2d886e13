using System.Globalization;
using Clik2pay.Sidecar.Cli.Output;
using Clik2pay.Sidecar.Hosting;
using static Clik2pay.Sidecar.Hosting.MonotonicTime;

namespace Clik2pay.Sidecar.Cli.Admin;

/// <summary>
/// The verb <c>wait</c>: polls a probe of a running sidecar until it succeeds. With several profiles, the sidecar's setting
/// <c>Sidecar:ReadyWhen</c> decides which of them must have a token.
/// </summary>
internal static class WaitVerb
{
    /// <summary>One day, in seconds.</summary>
    public const int MaxTimeout = 86_400;

    /// <summary>Waits for the first access token.</summary>
    public const string Token = "token";

    /// <summary>Waits until the sidecar listens.</summary>
    public const string Process = "process";

    /// <summary>The least time for one response, so that even a timeout of 0 sends one request.</summary>
    private static readonly TimeSpan MinResponseTime = TimeSpan.FromMilliseconds(500);

    /// <summary>The most time for one response, so that a request that hangs is repeated.</summary>
    private static readonly TimeSpan MaxResponseTime = TimeSpan.FromSeconds(2);

    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(100);

    /// <param name="awaited"><see cref="Token"/> or <see cref="Process"/>.</param>
    /// <param name="timeout">How long to wait.</param>
    /// <param name="commandLine">The settings on the command line.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public static async Task<int> RunAsync(
        string awaited, TimeSpan timeout, IReadOnlyList<string> commandLine, CancellationToken cancellationToken)
    {
        if (await AdminClient.CreateAsync(commandLine) is not { } sidecar)
            return ExitCode.BadConfiguration;

        using (sidecar)
        {
            var path = awaited == Process ? "/livez" : "/startupz";
            var startedAt = SystemDefaults.Time.GetTimestamp();
            while (true)
            {
                var remaining = timeout - SystemDefaults.Time.GetElapsedTime(startedAt);
                var responseTime = Min(Max(remaining, MinResponseTime), MaxResponseTime);
                var (isSuccess, text) = await sidecar.SendAsync(HttpMethod.Get, path, responseTime, cancellationToken);
                if (isSuccess)
                    return ExitCode.Success;

                if (SystemDefaults.Time.GetElapsedTime(startedAt) >= timeout)
                {
                    await ErrorOutput.WriteAsync(string.Create(
                        CultureInfo.InvariantCulture,
                        $"The sidecar did not start within {timeout.TotalSeconds:0} s. {text}"));
                    return ExitCode.Failed;
                }

                await Task.Delay(Pause, SystemDefaults.Time, cancellationToken);
            }
        }
    }
}
