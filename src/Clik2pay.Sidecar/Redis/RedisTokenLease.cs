using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Clik2pay.Sidecar.Hosting;
using Clik2pay.Sidecar.Redis.Client;
using Clik2pay.Sidecar.Redis.Connections;
using Clik2pay.Sidecar.Redis.Options;
using Clik2pay.Sidecar.Tokens;
using Clik2pay.Sidecar.Tokens.Sharing;

namespace Clik2pay.Sidecar.Redis;

/// <summary>
/// The lease in Redis: a key that contains the random name of its owner and has an expiry. A second key contains the failure note, which
/// an owner writes after a failed token call so that other replicas wait too.
/// </summary>
internal sealed class RedisTokenLease(
    RedisClient redis,
    RedisOptions options,
    RedisMetrics metrics,
    TimeProvider time,
    ILogger<RedisTokenLease> log) : ITokenLease
{
    /// <summary>
    /// KEYS: lease, failure note. ARGV: the name of the owner, the duration of a lease in milliseconds. Returns the note and its remaining
    /// time in milliseconds if there is one. Otherwise returns 0 if the owner now has the lease, or the remaining time of another owner's
    /// lease in milliseconds. A note without expiry or with more than 4,096 bytes is ignored. A lease without expiry, or with an expiry
    /// later than the duration, gets the duration as its time to live. A lease with 0 ms remaining is reported as 1 ms.
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

    /// <summary>
    /// KEYS: lease, failure note. ARGV: the name of the owner, the note or an empty text, and the note's time to live in milliseconds.
    /// Returns 1 if the lease was released, or 0 if the owner had lost the lease.
    /// </summary>
    private const string ReleaseIfOwner = """
        if redis.pcall('GET', KEYS[1]) ~= ARGV[1] then return 0 end
        redis.call('DEL', KEYS[1])
        if ARGV[2] ~= '' then redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3]) end
        return 1
        """;

    private const int MaxNotes = 1000;

    /// <summary>
    /// The end of the pause of each failure note that was read, by this process's own clock. A note does not start another pause if
    /// its expiry in Redis is extended, or if it is written again.
    /// </summary>
    private readonly ConcurrentDictionary<string, TimeSpan> pauseEnds = new(StringComparer.Ordinal);

    /// <summary>
    /// The owner name of the last attempt for each key, if the reply did not show whether the owner has the lease. The next attempt uses
    /// this name. An attempt removes the name, because two profiles with the same key must not own one lease together.
    /// </summary>
    private readonly ConcurrentDictionary<TokenKey, string> unconfirmedOwners = new();

    /// <summary>
    /// The cancellation token is not used. An operation that is canceled may have acquired the lease, which then could not be released.
    /// Each operation ends within <see cref="RedisClient.Timeout"/>.
    /// </summary>
    public async ValueTask<LeaseAttempt> TryAcquireAsync(TokenKey key, CancellationToken cancellationToken)
    {
        var names = new RedisKeys(options, key);
        if (!unconfirmedOwners.TryRemove(key, out var owner))
            owner = RandomNumberGenerator.GetHexString(32, lowercase: true);
        var response = await AcquireAsync(names, owner);
        if (response.Reply?.Items is [{ Bytes: { } note }, { Integer: { } left }])
        {
            if (FindPause(note, Decode(SealedValue.TryOpen(note, key.SealingKey, names.Failure)), left) is { } failure)
            {
                unconfirmedOwners[key] = owner;
                return LeaseAttempt.HeldOff(failure);
            }

            // The note was not written by a sidecar with these credentials, or its pause is over and its key in Redis did not expire.
            log.Invalid(names.Failure);
            metrics.ValueWasInvalid();
            await redis.DeleteIfUnchangedAsync(names.Failure, note, CancellationToken.None);
            response = await AcquireAsync(names, owner);
        }

        if (response.Reply is null)
            unconfirmedOwners[key] = owner;
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

    private async ValueTask<LeaseRelease> ReleaseAsync(TokenKey key, RedisKeys names, string owner, TokenFailure? failure)
    {
        var note = failure is null ? [] : SealedValue.Seal(Encode(failure), key.SealingKey, names.Failure);
        var pause = (long)(failure?.Pause ?? TimeSpan.FromMilliseconds(1)).TotalMilliseconds;
        var script = new RedisScript(ReleaseIfOwner, [names.Lease, names.Failure], [owner, note, pause]);
        var response = await redis.RunAsync(RedisOperation.Release, script, CancellationToken.None);
        if (response.Reply is { Integer: 0 })
        {
            log.LeaseLost();
            return LeaseRelease.Lost;
        }

        return failure is not null && response.Reply is { Integer: 1 } ? LeaseRelease.NoteShared : LeaseRelease.Released;
    }

    /// <param name="note">The note as Redis stores it.</param>
    /// <param name="failure">The content of the note. Null if it is invalid.</param>
    /// <param name="left">The remaining time of the note in Redis, in milliseconds.</param>
    /// <returns>
    /// The failure with its remaining pause. Null if the note is invalid, or the pause is over by this process's own clock.
    /// </returns>
    private TokenFailure? FindPause(byte[] note, TokenFailure? failure, long left)
    {
        if (failure?.Pause is not { } pause || left <= 0)
            return null;

        var now = time.GetMonotonicNow();
        var id = Convert.ToBase64String(note);
        if (!pauseEnds.TryGetValue(id, out var end))
        {
            if (pauseEnds.Count == MaxNotes)
                pauseEnds.Clear();
            pauseEnds[id] = end = now + pause;
        }

        var remaining = TimeSpan.FromMilliseconds(Math.Min(left, (end - now).TotalMilliseconds));
        return remaining > TimeSpan.Zero ? failure with { Pause = remaining } : null;
    }

    /// <summary>The format is kind (1 byte), pause in milliseconds (8 bytes, big-endian), reason (UTF-8).</summary>
    private static byte[] Encode(TokenFailure failure)
    {
        var reason = Encoding.UTF8.GetBytes(failure.Reason);
        var value = new byte[1 + sizeof(long) + reason.Length];
        value[0] = (byte)failure.Kind;
        BinaryPrimitives.WriteInt64BigEndian(value.AsSpan(1), (long)failure.Pause!.Value.TotalMilliseconds);
        reason.CopyTo(value, 1 + sizeof(long));
        return value;
    }

    /// <returns>Null if the value is not a failure note.</returns>
    private static TokenFailure? Decode(byte[]? value)
    {
        if (value is not { Length: > 1 + sizeof(long) })
            return null;

        var kind = (FailureKind)value[0];
        if (!Enum.IsDefined(kind))
            return null;

        var pause = TimeSpan.FromMilliseconds(BinaryPrimitives.ReadInt64BigEndian(value.AsSpan(1)));
        return new(kind, Encoding.UTF8.GetString(value.AsSpan(1 + sizeof(long))), pause);
    }
}
