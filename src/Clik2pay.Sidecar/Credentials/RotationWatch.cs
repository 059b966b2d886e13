using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Provider;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Control;

namespace Clik2pay.Sidecar.Credentials;

/// <summary>
/// Polls the credential files, and offers new credentials to the token lifecycle. Notifications of the file system are not enough:
/// Kubernetes replaces a link when it updates a mounted Secret, network drives send no notifications, and containers share the system's
/// limit on file watches.
/// </summary>
internal sealed class RotationWatch(
    CredentialFiles files,
    Rotation rotation,
    Action<TokenKey> offer,
    Clik2payOptions options,
    BlockingThreads threads,
    TimeProvider time,
    ILogger log)
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(10);

    private volatile CredentialReading last = new(options.Credentials, "");
    private Task<CredentialReading>? reading;

    /// <summary>Why the files differ from the credentials in use, for people. Null if both are the same.</summary>
    public string? WhyPending => last switch
    {
        { Errors: { Length: > 0 } errors } => $"The credential files cannot be used: {errors}",
        { Credentials: { } credentials } when credentials != rotation.CredentialsInUse =>
            "The credential files contain a new set, which has not obtained an access token yet.",
        _ => null,
    };

    /// <summary>Polls until cancellation. Returns at once if no credential is read from a file.</summary>
    public async Task RunAsync(CancellationToken stoppingToken)
    {
        if (!files.AreConfigured)
            return;

        var (offered, loggedErrors) = (options.Credentials, "");
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            var found = await ReadAsync(stoppingToken);
            var isStable = found == last;
            last = found;

            // The files may be written one after the other, so the first reading after a change may be incomplete.
            if (!isStable)
                continue;

            if (found.Credentials is { } credentials)
            {
                if (credentials == rotation.CredentialsInUse && (credentials != offered || loggedErrors.Length > 0))
                    log.CredentialsRestored();

                if (credentials != offered)
                    Offer(TokenKey.For(options with { Credentials = credentials }));
                offered = credentials;
            }
            else if (found.Errors != loggedErrors)
            {
                log.FilesUnusable(found.Errors);
            }

            loggedErrors = found.Errors;
        }
    }

    private void Offer(TokenKey key)
    {
        // This message mentions the token endpoint, which is not involved if only the API key is new.
        if (key != rotation.InUse)
            log.CredentialsFound();
        offer(key);
    }

    /// <summary>
    /// Reads the files. A failure stops neither the watch nor the process. While a reading hangs, no second reading starts.
    /// </summary>
    private async Task<CredentialReading> ReadAsync(CancellationToken cancellationToken)
    {
        if (reading is null or { IsCompleted: true })
            reading = threads.RunAsync(files.Read);

        try
        {
            return await reading.WaitAsync(ReadTimeout, time, cancellationToken);
        }
        catch (TimeoutException)
        {
            return new(
                Credentials: null,
                $"The files could not be read within {ReadTimeout.TotalSeconds:0} s. Check whether a mounted folder hangs.");
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new(Credentials: null, $"Reading the files ended with an unexpected {e.GetType().Name}. Please report this.");
        }
    }
}
