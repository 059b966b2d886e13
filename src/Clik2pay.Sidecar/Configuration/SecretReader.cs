namespace Clik2pay.Sidecar.Configuration;

/// <summary>
/// Reads secrets. A secret is in its own setting, in the file that <c>…File</c> names, or in a file of a directory (a mounted Kubernetes
/// Secret).
/// </summary>
internal sealed class SecretReader(SettingsReader settings, string? directoryKey = null)
{
    private readonly string? directory = directoryKey is null ? null : settings.Text(directoryKey);

    /// <returns>The secret, or null if an error was reported. No error quotes it.</returns>
    public string? Read(string key, string fileName)
    {
        var fileKey = FileKey(key);
        if (directory is null)
        {
            return TryRead(key, out var secret) ? secret : AddError(
                key,
                $"it is missing. Set it, or set {settings.KeyOf(fileKey)} to the path of a file that contains it, "
                    + $"or set {settings.KeyOf(directoryKey!)}.");
        }

        return settings.Secret(key) is null && settings.Text(fileKey) is null
            ? ReadFile(directoryKey!, Path.Combine(directory, fileName))
            : AddError(
                key,
                "it is given more than once. "
                    + $"Keep one of {settings.KeyOf(key)}, {settings.KeyOf(fileKey)} and {settings.KeyOf(directoryKey!)}.");
    }

    /// <param name="key">The key of the secret. The setting with <c>File</c> after it is read too.</param>
    /// <param name="secret">The secret, or null if it is missing or an error was reported.</param>
    /// <returns>Whether one of the two settings has a value.</returns>
    public bool TryRead(string key, out string? secret)
    {
        var fileKey = FileKey(key);
        secret = (settings.Secret(key), settings.Text(fileKey)) switch
        {
            ({ } value, null) => Check(key, value),
            (null, { } file) => ReadFile(fileKey, file),
            (null, null) => null,
            _ => AddError(key, $"it is given more than once. Keep one of {settings.KeyOf(key)} and {settings.KeyOf(fileKey)}."),
        };
        return settings.Secret(key) is not null || settings.Text(fileKey) is not null;
    }

    /// <summary>Reads an optional secret. An empty secret is an error, because a missing caller token permits every caller.</summary>
    /// <returns>The secret, or null if it is missing or an error was reported.</returns>
    public string? ReadOptional(string key)
    {
        if (TryRead(key, out var secret))
            return secret;

        var empty = new[] { key, FileKey(key) }.FirstOrDefault(settings.IsEmpty);
        return empty is null ? null : AddError(empty, "it is empty. Give it a value, or remove it.");
    }

    /// <summary>Reports an error if a header cannot carry the secret unchanged.</summary>
    /// <returns>Whether a header can carry the secret.</returns>
    public bool FitsHeader(string key, string? secret)
    {
        if (secret is not ([' ', ..] or [.., ' ']))
            return true;

        settings.AddError(key, "it begins or ends with a space, and a header value cannot. Check whether it was copied exactly.");
        return false;
    }

    public static string FileKey(string key) => key + "File";

    private string? ReadFile(string key, string path) =>
        SecretFile.TryRead(path, out var error) is { } secret ? secret : AddError(key, error!);

    private string? Check(string key, string secret) =>
        SecretFile.FindError(secret, "it") is { } error ? AddError(key, error) : secret;

    private string? AddError(string key, string whatAndRemedy)
    {
        settings.AddError(key, whatAndRemedy);
        return null;
    }
}
