using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Requests.Callers.Tokens;

/// <summary>A file with one token of a caller.</summary>
/// <param name="Caller">The position of the caller in the list of all callers.</param>
/// <param name="CallerName">The name of the caller, for the log.</param>
/// <param name="Path">The path of the file.</param>
/// <param name="Initial">The token at startup.</param>
internal sealed record CallerTokenFile(int Caller, string CallerName, string Path, TokenDigest Initial)
{
    /// <summary>In characters.</summary>
    public const int MinLength = 16;

    /// <summary>Does not throw.</summary>
    /// <returns>The digest of the token in the file, or null and an error that does not quote the token.</returns>
    public static TokenDigest? TryRead(string path, out string? error) => TryRead(path, out error, out _);

    /// <inheritdoc cref="TryRead(string, out string?)"/>
    /// <param name="path">The path of the file.</param>
    /// <param name="error">Null if the file was read.</param>
    /// <param name="isTemporary">Whether the error says nothing about the token.</param>
    public static TokenDigest? TryRead(string path, out string? error, out bool isTemporary)
    {
        var token = SecretFile.TryRead(path, out error, out isTemporary);
        error ??= FindError(token!, SecretFile.Describe(path));
        return error is null ? new(token!) : null;
    }

    private static string? FindError(string token, string where) => token switch
    {
        { Length: < MinLength } =>
            $"{where} has fewer than {MinLength} characters, so the token could be guessed. Use a long random token.",
        [' ', ..] or [.., ' '] =>
            $"{where} begins or ends with a space, and a header value cannot. Check whether the token was copied exactly.",
        _ => null,
    };
}
