using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Hosting;

namespace Clik2pay.Sidecar.Requests.Callers.Tokens;

/// <summary>
/// Polls the files of caller tokens, so that tokens rotate while the sidecar runs. A file that is missing, empty or not readable for this
/// user revokes its token. A file system that hangs or fails revokes nothing. Each file has its own loop, so a file that hangs does not
/// delay the others.
/// </summary>
internal sealed class CallerTokenWatch(
    CallerTokens tokens, BlockingThreads threads, TimeProvider time, ILogger<CallerTokenWatch> log) : HostedLoop
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan ReadTimeout = TimeSpan.FromSeconds(5);

    private static readonly string HangingFile =
        $"the file could not be read within {ReadTimeout.TotalSeconds:0} s. Check whether a mounted folder hangs.";

    protected override async Task RunAsync(CancellationToken stoppingToken)
    {
        await foreach (var loop in Task.WhenEach(Enumerable.Range(0, tokens.Files.Count).Select(i => WatchAsync(i, stoppingToken))))
            await loop;
    }

    private async Task WatchAsync(int index, CancellationToken stoppingToken)
    {
        var file = tokens.Files[index];
        var last = new Reading(file.Initial, Error: null);
        var inUse = last;
        Task<Reading>? running = null;
        using var timer = new PeriodicTimer(Interval, time);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            // While a reading hangs, no second one starts.
            if (running is null or { IsCompleted: true })
                running = threads.RunAsync(() => Read(file.Path));
            var found = await WaitAsync(running, stoppingToken);

            // The first reading after a change may see a file that is being written.
            var isStable = found == last;
            last = found;
            if (!isStable || found == inUse)
                continue;

            Apply(index, found, inUse);
            inUse = found;
        }
    }

    private void Apply(int index, Reading found, Reading before)
    {
        var file = tokens.Files[index];
        if (found.KeepsToken)
        {
            log.TokenKept(file.CallerName, found.Error!);
            return;
        }

        tokens.Set(index, found.Token);
        if (found.Error is { } error)
            log.TokenRevoked(file.CallerName, error);
        else if (before.Error is not null)
            log.TokenRestored(file.CallerName, SecretFile.Describe(file.Path));

        if (found.Token is not null && tokens.FindOtherOwner(index) is { } other)
            log.TokenShared(file.CallerName, other);
    }

    private static Reading Read(string path)
    {
        var token = CallerTokenFile.TryRead(path, out var error, out var isTemporary);
        return new(token, error, isTemporary);
    }

    private async Task<Reading> WaitAsync(Task<Reading> running, CancellationToken stoppingToken)
    {
        try
        {
            return await running.WaitAsync(ReadTimeout, time, stoppingToken);
        }
        catch (TimeoutException)
        {
            return new(Token: null, HangingFile, KeepsToken: true);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            return new(Token: null, $"reading it ended with an unexpected {e.GetType().Name}. Please report this.", KeepsToken: true);
        }
    }

    /// <summary>Either a token or an error. After an error that says nothing about the token, the last token stays valid.</summary>
    private sealed record Reading(TokenDigest? Token, string? Error, bool KeepsToken = false);
}
