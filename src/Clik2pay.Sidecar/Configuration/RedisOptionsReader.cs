namespace Clik2pay.Sidecar.Configuration;

/// <summary>Reads and checks the section <c>Redis</c>.</summary>
internal static class RedisOptionsReader
{
    private const string ConnectionStringKey = $"{RedisOptions.Section}:ConnectionString";

    private const string KeyPrefixKey = $"{RedisOptions.Section}:KeyPrefix";
    private const string CaFileKey = $"{RedisOptions.Section}:CaFile";

    /// <returns>Null when no Redis is to be used, or when a mistake was noted.</returns>
    public static RedisOptions? Read(SettingsReader settings)
    {
        // Everything is read before anything is judged: one run shows all that is wrong.
        var keyPrefix = settings.TextOrEmpty(KeyPrefixKey, RedisOptions.DefaultKeyPrefix);
        var caFile = settings.Text(CaFileKey);
        var isGiven = new SecretReader(settings).TryRead(ConnectionStringKey, out var connectionString);
        if (!isGiven && caFile is not null)
            settings.AddMistake(CaFileKey, $"it has no effect without {ConnectionStringKey}.");

        // A hash tag of the user's own, even an empty one, would take the place of ours, and a cluster would spread the keys over its nodes.
        if (keyPrefix.AsSpan().IndexOfAnyExceptInRange('!', 'z') >= 0)
            settings.AddMistake(KeyPrefixKey, "it has a space, a brace or another character that a key's name had better not have; use letters, digits and : . _ -.");

        if (connectionString is null)
            return null;

        var options = RedisConnectionString.TryRead(connectionString, out var mistake);
        if (options is null)
        {
            settings.AddMistake(ConnectionStringKey, mistake!);
            return null;
        }

        if (caFile is not null && !options.Tls)
            settings.AddMistake(CaFileKey, $"it has no effect without TLS; add ssl=true to {ConnectionStringKey}, or write rediss://.");
        else if (caFile is not null)
            CertificateAuthorities.Validate(settings, CaFileKey, caFile);

        return options with { KeyPrefix = keyPrefix, CaFile = caFile };
    }
}
