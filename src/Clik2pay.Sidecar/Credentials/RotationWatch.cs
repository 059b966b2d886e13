using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Refresh;

namespace Clik2pay.Sidecar.Credentials;

/// <summary>
/// Looks at the credential files, and offers the refresh loop what else they hold. It looks instead of being told: a mounted Secret is a link
/// that Kubernetes swaps, a network drive tells nobody, and containers share the system's limit of watches.
/// </summary>
internal sealed class RotationWatch(
    CredentialFiles files, Rotation rotation, RefreshLoop loop, Clik2payOptions options, TimeProvider time, ILogger<RotationWatch> log)
    : HostedLoop
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(10);

    private volatile CredentialReading last = new(options.Credentials, "");
    private Task<CredentialReading>? reading;

    /// <summary>What the files hold in place of what is in use; null when it is just that.</summary>
    public string? WhyPending => last switch
    {
        { Errors: { Length: > 0 } errors } => $"The credential files cannot be used as they are now: {errors}",
        { Credentials: { } credentials } when credentials != rotation.CredentialsInUse => "The credential files hold another set, which has not brought an access token yet.",
        _ => null,
    };

    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        if (!files.Exist)
            return;

        var (offered, told) = (options.Credentials, "");
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var now = await LookAsync(stoppingToken);
            var stoodStill = now == last;
            last = now;

            // The files may be written one after the other: what has just changed may be half of something.
            if (!stoodStill)
                continue;

            if (now.Credentials is { } credentials)
            {
                if (credentials == rotation.CredentialsInUse && (credentials != offered || told.Length > 0))
                    log.BackInFiles();

                if (credentials != offered)
                    Offer(TokenKey.For(options with { Credentials = credentials }));
                offered = credentials;
            }
            else if (now.Errors != told)
            {
                log.FilesUnusable(now.Errors);
            }

            told = now.Errors;
        }
    }

    private void Offer(TokenKey key)
    {
        // With the username and password in use there is nothing that the token endpoint could accept.
        if (key != rotation.InUse)
            log.Offered();
        loop.Offer(key);
    }

    /// <summary>Whatever lies in the place of the files neither stops the watch nor ends the process. While one reading hangs, no second is begun.</summary>
    private async Task<CredentialReading> LookAsync(CancellationToken cancellationToken)
    {
        if (reading is null or { IsCompleted: true })
            reading = Task.Run(files.Read, CancellationToken.None);

        try
        {
            return await reading.WaitAsync(Patience, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return new(Credentials: null, $"They could not be read within {Patience.TotalSeconds:0} s; does a mounted folder hang?");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new(Credentials: null, $"Reading them ended with an unexpected {e.GetType().Name}; please report this.");
        }
    }
}
