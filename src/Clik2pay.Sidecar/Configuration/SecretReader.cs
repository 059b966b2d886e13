namespace Clik2pay.Sidecar.Configuration;

/// <summary>
/// Reads secrets, each from its own setting, from the file that <c>…File</c> names, or from its file in a folder (a mounted Kubernetes
/// Secret).
/// </summary>
internal sealed class SecretReader(SettingsReader settings, string? directoryKey = null)
{
    private readonly string? directory = directoryKey is null ? null : settings.Text(directoryKey);

    /// <returns>The secret, or null when an error was reported. No error quotes it.</returns>
    public string? Read(string key, string fileName)
    {
        var fileKey = FileKey(key);
        if (directory is null)
        {
            return TryRead(key, out var secret)
                ? secret
                : AddError(key, $"it is missing; set it, or {fileKey} to the path of a file that contains it, or {directoryKey}.");
        }

        return settings.Secret(key) is null && settings.Text(fileKey) is null
            ? ReadFile(directoryKey!, Path.Combine(directory, fileName))
            : AddError(key, $"it is given more than once; keep one of {key}, {fileKey} and {directoryKey}.");
    }

    /// <param name="key">The setting; or the same with <c>File</c> behind it.</param>
    /// <param name="secret">The secret, or null when an error was reported.</param>
    /// <returns>Whether it is given at all.</returns>
    public bool TryRead(string key, out string? secret)
    {
        var fileKey = FileKey(key);
        secret = (settings.Secret(key), settings.Text(fileKey)) switch
        {
            ({ } value, null) => Check(key, value),
            (null, { } file) => ReadFile(fileKey, file),
            (null, null) => null,
            _ => AddError(key, $"it is given more than once; keep one of {key} and {fileKey}."),
        };
        return settings.Secret(key) is not null || settings.Text(fileKey) is not null;
    }

    /// <summary>A secret whose absence opens a door: left out it is by intent, empty it is not.</summary>
    /// <returns>The secret, or null when it is left out or an error was reported.</returns>
    public string? ReadOptional(string key)
    {
        if (TryRead(key, out var secret))
            return secret;

        var empty = new[] { key, FileKey(key) }.FirstOrDefault(settings.IsEmpty);
        return empty is null ? null : AddError(empty, "it is empty; give it its value, or leave it out altogether.");
    }

    /// <summary>Whether a header can carry the secret as it is; reports an error if not.</summary>
    public bool FitsHeader(string key, string? secret)
    {
        if (secret is not ([' ', ..] or [.., ' ']))
            return true;

        settings.AddError(key, "it begins or ends with a space, which a header value cannot; was it copied exactly?");
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
