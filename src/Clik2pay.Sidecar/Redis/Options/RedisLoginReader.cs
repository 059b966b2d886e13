using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Redis.Options;

/// <summary>Reads the settings of a login for Redis, and combines them with the login in the connection string.</summary>
internal sealed class RedisLoginReader
{
    private readonly SettingsReader settings;
    private readonly string? userKey;
    private readonly string? passwordKey;
    private readonly RedisLogin login;

    public RedisLoginReader(SettingsReader settings, string prefix)
    {
        this.settings = settings;
        login = new()
        {
            SettingPrefix = prefix,
            User = Read($"{prefix}User", out var userFile, out userKey),
            UserFile = userFile,
            Password = Read($"{prefix}Password", out var passwordFile, out passwordKey),
            PasswordFile = passwordFile,
        };
    }

    /// <summary>The keys of the settings that have a value.</summary>
    public IEnumerable<string> Keys => new[] { userKey, passwordKey }.OfType<string>();

    /// <param name="given">The login in the connection string.</param>
    /// <param name="source">The key of the connection string.</param>
    /// <param name="hint">How to write a password in the connection string, for the error about a missing password.</param>
    /// <returns>Null if neither the connection string nor the settings contain a login.</returns>
    public RedisLogin? Combine(RedisLogin? given, string source, string hint)
    {
        if (userKey is not null && given?.User is not null)
            settings.AddError(userKey, $"the user is also in {source}. Keep one of the two.");
        if (passwordKey is not null && given?.Password is not null)
            settings.AddError(passwordKey, $"the password is also in {source}. Keep one of the two.");

        if ((userKey ?? given?.User) is not null && (passwordKey ?? given?.Password) is null)
        {
            settings.AddError(
                userKey ?? source,
                $"the password is missing. Set {login.SettingPrefix}Password or {login.SettingPrefix}PasswordFile."
                    + (userKey is null ? hint : ""));
        }

        return given is null && !Keys.Any()
            ? null
            : login with { User = login.User ?? given?.User, Password = login.Password ?? given?.Password };
    }

    private string? Read(string key, out string? file, out string? givenKey)
    {
        var fileKey = SecretReader.FileKey(key);
        file = settings.Text(fileKey);
        new SecretReader(settings).TryRead(key, out var secret);
        givenKey = settings.Secret(key) is not null ? key : file is not null ? fileKey : null;
        return file is null ? secret : null;
    }
}
