using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Redis.Failures;
using Clik2pay.Sidecar.Redis.Options;

namespace Clik2pay.Sidecar.Redis.Client;

/// <summary>
/// Reads the files of logins on threads outside the pool, because a mounted folder may hang. Concurrent operations share one reading, so
/// the operations of many profiles do not block a thread each.
/// </summary>
internal sealed class RedisLogins(BlockingThreads threads)
{
    private readonly Dictionary<RedisLogin, Task<(RedisLogin? Login, string? Error)>> readings = [];

    /// <exception cref="RedisFailureException">A file cannot be used.</exception>
    public async ValueTask<RedisLogin> ReadAsync(RedisLogin login, CancellationToken deadline)
    {
        try
        {
            var (read, error) = login.HasFiles ? await Share(login).WaitAsync(deadline) : TryRead(login);
            return read ?? throw new RedisFailureException(RedisFailure.AccessDenied, $"was not contacted. {error?.TrimEnd('.')}");
        }
        catch (OperationCanceledException)
        {
            throw new RedisFailureException(
                RedisFailure.Timeout,
                $"was not contacted. The files in {login.SettingPrefix}… could not be read in time. "
                    + "Check whether a mounted folder hangs");
        }
    }

    private static (RedisLogin? Login, string? Error) TryRead(RedisLogin login) => (login.TryRead(out var error), error);

    private Task<(RedisLogin? Login, string? Error)> Share(RedisLogin login)
    {
        lock (readings)
        {
            if (!readings.TryGetValue(login, out var reading) || reading.IsCompleted)
                readings[login] = reading = threads.RunAsync(() => TryRead(login));
            return reading;
        }
    }
}
