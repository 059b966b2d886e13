using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Configuration.Certificates;
using static Clik2pay.Sidecar.Redis.Options.RedisOptions;

namespace Clik2pay.Sidecar.Redis.Options;

/// <summary>Reads and validates the section <c>Redis</c>.</summary>
internal static class RedisOptionsReader
{
    /// <returns>Null if Redis is not configured, or if an error was reported.</returns>
    public static RedisOptions? Read(SettingsReader settings)
    {
        // Everything is read before anything is validated, so that all errors are reported at once.
        var keyPrefix = settings.Read<RedisOptions, string>(nameof(RedisOptions.KeyPrefix))!;
        string[] tlsFileKeys = [CaFileKey, ClientCertificateFileKey, ClientKeyFileKey];
        var tlsFiles = tlsFileKeys.Where(key => settings.Text(key) is not null).ToList();
        var login = new RedisLoginReader(settings, $"{RedisOptions.Section}:");
        var sentinelLogin = new RedisLoginReader(settings, $"{RedisOptions.Section}:Sentinel");
        var isGiven = new SecretReader(settings).TryRead(ConnectionStringKey, out var connectionString);

        // Braces in the prefix would replace the sidecar's hash tag. With {}, a cluster would distribute the keys over its nodes.
        if (keyPrefix.AsSpan().IndexOfAnyExceptInRange('!', 'z') >= 0)
        {
            settings.AddError(
                KeyPrefixKey,
                "it has a space, a brace or another character that is not supported. Use letters, digits and : . _ -.");
        }

        if (!isGiven)
        {
            AddErrors(settings, [.. tlsFiles, .. login.Keys, .. sentinelLogin.Keys], $"it has no effect without {ConnectionStringKey}.");
            return null;
        }

        ValidateTlsFiles(settings);
        var error = (string?)null;
        var options = connectionString is null ? null : RedisConnectionStringReader.TryRead(connectionString, out error);
        if (error is not null)
            settings.AddError(ConnectionStringKey, error);
        if (options is null)
            return null;

        if (!options.Tls)
            AddErrors(settings, tlsFiles, $"it has no effect without TLS. Add ssl=true to {ConnectionStringKey}, or write rediss://.");
        if (options.ServiceName is null)
            AddErrors(settings, sentinelLogin.Keys, $"it has no effect without serviceName in {ConnectionStringKey}.");

        var hint = RedisConnectionStringReader.IsAddress(connectionString!)
            ? " In an address, write a password without a user as redis://:password@host."
            : "";
        return options with
        {
            KeyPrefix = keyPrefix,
            Login = login.Combine(options.Login, ConnectionStringKey, hint) ?? RedisLogin.None,
            SentinelLogin = sentinelLogin.Combine(options.SentinelLogin, ConnectionStringKey, hint),
            CaFile = settings.Text(CaFileKey),
            ClientCertificateFile = settings.Text(ClientCertificateFileKey),
            ClientKeyFile = settings.Text(ClientKeyFileKey),
        };
    }

    private static void ValidateTlsFiles(SettingsReader settings)
    {
        if (settings.Text(CaFileKey) is { } caFile)
            CertificateAuthorities.Validate(settings, CaFileKey, caFile);

        switch (settings.Text(ClientCertificateFileKey), settings.Text(ClientKeyFileKey))
        {
            case ({ } certificateFile, { } keyFile):
                ClientCertificateFiles.Validate(settings, ClientCertificateFileKey, certificateFile, ClientKeyFileKey, keyFile);
                break;
            case ({ }, null):
                settings.AddError(ClientCertificateFileKey, $"its private key is missing. Set {ClientKeyFileKey} too.");
                break;
            case (null, { }):
                settings.AddError(ClientKeyFileKey, $"its certificate is missing. Set {ClientCertificateFileKey} too.");
                break;
        }
    }

    private static void AddErrors(SettingsReader settings, IEnumerable<string> keys, string error)
    {
        foreach (var key in keys)
            settings.AddError(key, error);
    }
}
