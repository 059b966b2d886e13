using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Clik2pay.Sidecar.Redis.Client;
using Clik2pay.Sidecar.Redis.Options;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Sharing;

namespace Clik2pay.Sidecar.Redis;

/// <summary>The lease in Redis: a key with its owner's name and an expiry, and beside it the note of the last holder who failed.</summary>
internal sealed class RedisTokenLease(RedisClient redis, RedisOptions options, TokenMetrics tokenMetrics, RedisMetrics metrics, TimeProvider time, ILogger<RedisTokenLease> log) : ITokenLease
{
    /// <summary>
    /// A note and how long it stands; or 0: acquired; or else how long another can hold it, which is never longer than a lease can live, even
    /// if somebody wrote one without expiry. One whose last millisecond has begun is left to end.
    /// </summary>
    private const string Acquire = """
        local left = redis.call('PTTL', KEYS[2])
        local length = redis.pcall('STRLEN', KEYS[2])
        if left > 0 and type(length) == 'number' and length <= 4096 then return {redis.call('GET', KEYS[2]), left} end
        if redis.call('SET', KEYS[1], ARGV[1], 'NX', 'PX', ARGV[2]) then return 0 end
        if redis.pcall('GET', KEYS[1]) == ARGV[1] then
          redis.call('PEXPIRE', KEYS[1], ARGV[2])
          return 0
        end
        left = redis.call('PTTL', KEYS[1])
        if left >= 0 and left <= tonumber(ARGV[2]) then return math.max(left, 1) end
        redis.call('PEXPIRE', KEYS[1], ARGV[2])
        return tonumber(ARGV[2])
        """;

    private const string ReleaseIfOwner = """
        if redis.pcall('GET', KEYS[1]) ~= ARGV[1] then return 0 end
        redis.call('DEL', KEYS[1])
        if ARGV[2] ~= '' then redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3]) end
        return 1
        """;

    private const int MostNotes = 1000;

    /// <summary>The notes that were seen, and until when each is obeyed by our own clock: whoever prolongs one or puts it there again gains nothing.</summary>
    private readonly ConcurrentDictionary<string, TimeSpan> obeyedUntil = new(StringComparer.Ordinal);

    /// <summary>
    /// The owner name of the last attempt, for each key, if no reply arrived. Redis may have granted that lease, so the next attempt uses
    /// the same name.
    /// </summary>
    private readonly ConcurrentDictionary<TokenKey, string> unanswered = new();

    /// <summary>
    /// Continues when the process stops, because a lease that was acquired without a reply could not be released. The operation has its own
    /// deadline.
    /// </summary>
    public async ValueTask<LeaseAttempt> TryAcquireAsync(TokenKey key, CancellationToken cancellationToken)
    {
        var names = new RedisKeys(options, key);
        var owner = unanswered.GetValueOrDefault(key) ?? RandomNumberGenerator.GetHexString(32, lowercase: true);
        var response = await AcquireAsync(names, owner);
        if (response.Reply?.Items is [{ Bytes: { } note }, { Integer: { } left }])
        {
            if (Obey(note, Decode(SealedValue.TryOpen(note, key.SealingKey, names.Failure)), left) is { } failure)
                return LeaseAttempt.HeldOff(failure);

            // Somebody else's note, or one that somebody has prolonged, holds nobody off.
            log.Invalid(names.Failure);
            metrics.ValueWasInvalid();
            await redis.DeleteIfUnchangedAsync(names.Failure, note, CancellationToken.None);
            response = await AcquireAsync(names, owner);
        }

        if (response.Reply is null)
            unanswered[key] = owner;
        else
            unanswered.TryRemove(key, out _);
        return response.Reply switch
        {
            { Integer: 0 } => LeaseAttempt.Acquired(failure => ReleaseAsync(key, names, owner, failure)),
            { Integer: > 0 and var remaining } when remaining <= ITokenLease.Duration.TotalMilliseconds =>
                LeaseAttempt.Contended(TimeSpan.FromMilliseconds(remaining)),
            _ => LeaseAttempt.Unavailable,
        };
    }

    private Task<RedisResponse> AcquireAsync(RedisKeys names, string owner)
    {
        var script = new RedisScript(Acquire, [names.Lease, names.Failure], [owner, (long)ITokenLease.Duration.TotalMilliseconds]);
        return redis.RunAsync(RedisOperation.Acquire, script, CancellationToken.None);
    }

    private async ValueTask<bool> ReleaseAsync(TokenKey key, RedisKeys names, string owner, TokenFailure? failure)
    {
        var note = failure is null ? [] : SealedValue.Seal(Encode(failure), key.SealingKey, names.Failure);
        var pause = (long)(failure?.RetryAfter ?? TimeSpan.FromMilliseconds(1)).TotalMilliseconds;
        var script = new RedisScript(ReleaseIfOwner, [names.Lease, names.Failure], [owner, note, pause]);
        var response = await redis.RunAsync(RedisOperation.Release, script, CancellationToken.None);
        if (response.Reply is { Integer: 0 })
        {
            log.LeaseLost();
            tokenMetrics.LeaseAttempted(LeaseOutcome.Lost);
        }

        return failure is not null && response.Reply is { Integer: 1 };
    }

    /// <returns>The failure with what is left of its pause; null when there is none, or when the pause is over by our own clock, whatever Redis says.</returns>
    private TokenFailure? Obey(byte[] note, TokenFailure? failure, long left)
    {
        if (failure?.RetryAfter is not { } pause || left <= 0)
            return null;

        var now = time.GetMonotonicNow();
        var seen = Convert.ToBase64String(note);
        if (!obeyedUntil.TryGetValue(seen, out var until))
        {
            if (obeyedUntil.Count == MostNotes)
                obeyedUntil.Clear();
            obeyedUntil[seen] = until = now + pause;
        }

        var remaining = TimeSpan.FromMilliseconds(Math.Min(left, (until - now).TotalMilliseconds));
        return remaining > TimeSpan.Zero ? failure with { RetryAfter = remaining } : null;
    }

    /// <summary>The outcome (1 byte), the pause in milliseconds (8, big-endian), the reason.</summary>
    private static byte[] Encode(TokenFailure failure)
    {
        var reason = Encoding.UTF8.GetBytes(failure.Reason);
        var value = new byte[1 + sizeof(long) + reason.Length];
        value[0] = (byte)failure.Outcome;
        BinaryPrimitives.WriteInt64BigEndian(value.AsSpan(1), (long)failure.RetryAfter!.Value.TotalMilliseconds);
        reason.CopyTo(value, 1 + sizeof(long));
        return value;
    }

    private static TokenFailure? Decode(byte[]? value)
    {
        if (value is not { Length: > 1 + sizeof(long) })
            return null;

        var outcome = (RefreshOutcome)value[0];
        if (outcome is not (RefreshOutcome.Rejected or RefreshOutcome.Throttled or RefreshOutcome.Unavailable or RefreshOutcome.InvalidResponse))
            return null;

        return new(outcome, Encoding.UTF8.GetString(value.AsSpan(1 + sizeof(long))), TimeSpan.FromMilliseconds(BinaryPrimitives.ReadInt64BigEndian(value.AsSpan(1))));
    }
}
