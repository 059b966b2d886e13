using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Tokens;

/// <summary>
/// Looks at the credential files, and offers the refresh loop what else they hold. It looks instead of being told: a mounted Secret is a link
/// that Kubernetes swaps, a network drive tells nobody, and containers share the system's limit of watches.
/// </summary>
internal sealed class RotationWatch(CredentialFiles files, RefreshLoop loop, Clik2payOptions options, TimeProvider time, ILogger<RotationWatch> log) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        if (!files.Exist)
            return;

        var (offered, told, before) = (options.Credentials, "", (Credentials: (CredentialSet?)options.Credentials, Mistakes: ""));
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var now = (Credentials: files.Read(out var mistakes), Mistakes: mistakes);
            var stoodStill = now == before;
            before = now;

            // The files may be written one after the other: what has just changed may be half of something.
            if (!stoodStill)
                continue;

            if (now.Credentials is { } credentials && credentials != offered)
            {
                log.Offered();
                loop.Offer(TokenKey.For(options with { Credentials = credentials }));
                offered = credentials;
            }

            if (mistakes.Length > 0 && mistakes != told)
                log.FilesUnusable(mistakes);
            told = mistakes;
        }
    }
}
