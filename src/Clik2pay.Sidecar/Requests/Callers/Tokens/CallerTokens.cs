namespace Clik2pay.Sidecar.Requests.Callers.Tokens;

/// <summary>The valid tokens of all callers. A token is replaced or revoked when its file changes.</summary>
internal sealed class CallerTokens(IReadOnlyList<CallerTokenFile> files)
{
    private readonly Lock changing = new();

    /// <summary>One token for each file. Null if the file cannot be used.</summary>
    private volatile TokenDigest?[] current = [.. files.Select(file => file.Initial)];

    public IReadOnlyList<CallerTokenFile> Files => files;

    /// <param name="file">The position of the file in <see cref="Files"/>.</param>
    /// <param name="token">The token, or null to revoke it.</param>
    public void Set(int file, TokenDigest? token)
    {
        lock (changing)
        {
            TokenDigest?[] next = [.. current];
            next[file] = token;
            current = next;
        }
    }

    /// <summary>Finds the caller that sent a token. Allocates no memory.</summary>
    /// <param name="sent">A caller token or a placeholder.</param>
    /// <param name="isPlaceholder">Whether it is a placeholder.</param>
    /// <returns>The position of the caller. Null if the token belongs to no caller, or to several callers.</returns>
    public int? FindCaller(ReadOnlySpan<char> sent, bool isPlaceholder)
    {
        Span<byte> digest = stackalloc byte[TokenDigest.Length];
        TokenDigest.Compute(sent, digest);
        var tokens = current;
        var (found, isAmbiguous) = ((int?)null, false);
        for (var i = 0; i < tokens.Length; i++)
        {
            var matches = isPlaceholder ? tokens[i]?.MatchesPlaceholder(digest) : tokens[i]?.MatchesToken(digest);
            if (matches != true)
                continue;

            var caller = files[i].Caller;
            isAmbiguous |= found is not null && found != caller;
            found = caller;
        }

        return isAmbiguous ? null : found;
    }

    /// <returns>The name of another caller with the same token as this file. Null if the token belongs to one caller only.</returns>
    public string? FindOtherOwner(int file)
    {
        var tokens = current;
        for (var i = 0; i < tokens.Length; i++)
        {
            if (files[i].Caller != files[file].Caller && tokens[i] is { } token && token.Equals(tokens[file]))
                return files[i].CallerName;
        }

        return null;
    }
}
