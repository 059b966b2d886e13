namespace Clik2pay.Sidecar.Redis;

/// <summary>What Redis runs for the token store. Each script runs as one step.</summary>
internal static class TokenScripts
{
    /// <summary>
    /// The fingerprints of rejected tokens, 8 of 32 characters at most; a value of another shape counts as none, and so does a key that is not
    /// given because a cluster is moving it.
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
    /// KEYS: token, rejected. ARGV: the longest value. Returns Redis's clock in milliseconds, the rejected fingerprints, and the value with its
    /// remaining time, if there is one. Another type, a longer value or one without expiry is removed, and 1 is returned instead of the two.
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
    /// KEYS: token, rejected. ARGV: the value, its expiry, the rejected fingerprints as the last poll found them, and a value that may be written
    /// over although it expires later. With other fingerprints nothing is written, because the token may be among them; its own fingerprint is not
    /// sent, because anyone who reads it could have the token rejected. The expiry is a moment, not a time to live: a Redis that was stopped runs
    /// this when it goes on, however much later.
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
    /// KEYS: rejected, token. ARGV: a token's fingerprint, for how many milliseconds it is remembered, and its value, which is removed. The oldest
    /// fingerprint makes room. Returns the fingerprints.
    /// </summary>
    public const string Reject = GetRejected + """
        local fingerprints = rejected(KEYS[1])
        if not string.find(fingerprints, ARGV[1], 1, true) then fingerprints = string.sub(fingerprints .. ARGV[1], -256) end
        redis.call('SET', KEYS[1], fingerprints, 'PX', math.max(tonumber(ARGV[2]), redis.call('PTTL', KEYS[1])))
        if KEYS[2] and ARGV[3] ~= '' and redis.pcall('GET', KEYS[2]) == ARGV[3] then redis.call('DEL', KEYS[2]) end
        return fingerprints
        """;
}
