using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Redis.Options;

/// <summary>A user and a password for Redis. Either can be in a file, which is read for each connection and may change.</summary>
internal sealed record RedisLogin
{
    public static readonly RedisLogin None = new();

    /// <summary>The prefix of the keys of these settings, for errors.</summary>
    public string SettingPrefix { get; init; } = $"{RedisOptions.Section}:";

    /// <summary>The ACL user. Null means the user <c>default</c>.</summary>
    public string? User { get; init; }

    /// <summary>A secret. Null if Redis requires no password.</summary>
    public string? Password { get; init; }

    /// <summary>The path of a file that contains the user.</summary>
    public string? UserFile { get; init; }

    /// <summary>The path of a file that contains the password.</summary>
    public string? PasswordFile { get; init; }

    public bool HasFiles => (UserFile ?? PasswordFile) is not null;

    /// <summary>Reads the files, if there are any. Does not throw.</summary>
    /// <returns>The login with the contents of its files, or null and an error that contains no secret.</returns>
    public RedisLogin? TryRead(out string? error)
    {
        var user = Read(User, nameof(User), UserFile, out error);
        var password = error is null ? Read(Password, nameof(Password), PasswordFile, out error) : null;
        return error is null ? new() { SettingPrefix = SettingPrefix, User = user, Password = password } : null;
    }

    /// <summary>Replaces the method that the compiler generates, which would include the secrets.</summary>
    public override string ToString() => "Redis login";

    private string? Read(string? value, string setting, string? path, out string? error)
    {
        if (path is null)
        {
            // The library ignores white space and connects as the default user.
            error = value is not null && string.IsNullOrWhiteSpace(value)
                ? $"{SettingPrefix}{setting}: it contains only white space."
                : null;
            return value;
        }

        var content = SecretFile.TryRead(path, out var reason);
        error = reason is null ? null : $"{SettingPrefix}{SecretReader.FileKey(setting)}: {reason}";
        return content;
    }
}
