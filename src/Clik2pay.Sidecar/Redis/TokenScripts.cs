namespace Clik2pay.Sidecar.Redis;

/// <summary>The Lua scripts of the token store. Redis runs each script atomically.</summary>
internal static class TokenScripts
{
    /// <summary>
    /// Returns the fingerprints of rejected tokens: at most 8, of 32 characters each. Returns an empty text if the value has another
    /// format, or if no key is given because a cluster is moving it.
    /// </summary>
    private const string GetRejected = """
        local function rejected(key)
          if not key then return '' end
          local length = redis.pcall('STRLEN', key)
          if type(length) ~= 'number' or length > 256 or length % 32 ~= 0 then return '' end
          return redis.call('GET', key) or ''
        end

        """;

    /// <summary>
    /// KEYS: token, rejected. ARGV: the maximum length of the value in bytes. Returns the time of Redis's clock in milliseconds since 1970,
    /// the rejected fingerprints and, if there is a value, its remaining time in milliseconds and the value. A value of another type, over
    /// the maximum length or without expiry is removed. Then the script returns 1 instead of the remaining time and the value.
    /// </summary>
    public const string Read = GetRejected + """
        local clock = redis.call('TIME')
        clock = clock[1] * 1000 + math.floor(clock[2] / 1000)
        local fingerprints = rejected(KEYS[2])
        local left = redis.call('PTTL', KEYS[1])
        if left == -2 then return {clock, fingerprints} end
        local length = redis.pcall('STRLEN', KEYS[1])
        if type(length) == 'table' and not string.find(length.err, 'WRONGTYPE') then return length end
        if left == -1 or type(length) == 'table' or length > tonumber(ARGV[1]) then
          redis.call('DEL', KEYS[1])
          return {clock, fingerprints, 1}
        end
        return {clock, fingerprints, left, redis.call('GET', KEYS[1])}
        """;

    /// <summary>
    /// KEYS: token, rejected. ARGV: the value, its expiry in milliseconds since 1970, the rejected fingerprints at the last read, and a
    /// value that may be overwritten even if it expires later. Returns whether the value was written, as 1 or 0. If the fingerprints have
    /// changed, nothing is written, because the token may be among them. The fingerprint of the token itself is not sent, because anyone
    /// who reads the commands could then mark the token as rejected. The expiry is a point in time instead of a time to live, because a
    /// Redis that was stopped can run this script much later.
    /// </summary>
    public const string Write = GetRejected + """
        if KEYS[2] and rejected(KEYS[2]) ~= ARGV[3] then return 0 end
        local clock = redis.call('TIME')
        local left = ARGV[2] - (clock[1] * 1000 + math.floor(clock[2] / 1000))
        if left <= 0 then return 0 end
        if redis.call('PTTL', KEYS[1]) >= left and (ARGV[4] == '' or redis.pcall('GET', KEYS[1]) ~= ARGV[4]) then return 0 end
        redis.call('SET', KEYS[1], ARGV[1], 'PX', left)
        return 1
        """;

    /// <summary>
    /// KEYS: rejected, token. ARGV: the fingerprint of a token, the fingerprint's time to live in milliseconds, and the value of the token,
    /// if it is known. Adds the fingerprint to the rejected ones, and keeps the last 8 of them. Removes the value. Returns the rejected
    /// fingerprints.
    /// </summary>
    public const string Reject = GetRejected + """
        local fingerprints = rejected(KEYS[1])
        if not string.find(fingerprints, ARGV[1], 1, true) then fingerprints = string.sub(fingerprints .. ARGV[1], -256) end
        redis.call('SET', KEYS[1], fingerprints, 'PX', math.max(tonumber(ARGV[2]), redis.call('PTTL', KEYS[1])))
        if KEYS[2] and ARGV[3] ~= '' and redis.pcall('GET', KEYS[2]) == ARGV[3] then redis.call('DEL', KEYS[2]) end
        return fingerprints
        """;
}
