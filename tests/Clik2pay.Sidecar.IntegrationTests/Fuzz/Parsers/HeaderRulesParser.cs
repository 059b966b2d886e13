using System.Buffers;
using System.Text;
using Clik2pay.Sidecar.Requests.Headers;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Parsers;

/// <summary>
/// Parses an input <c>NAME: VALUE</c>. A name is a credential header if and only if its letters and digits are those of a credential
/// header. A Connection value nominates exactly the headers that it lists.
/// </summary>
internal static class HeaderRulesParser
{
    private static readonly SearchValues<char> TokenCharacters =
        SearchValues.Create("!#$%&'*+-.^_`|~0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz");

    public static string? Check(byte[] input)
    {
        var text = Encoding.Latin1.GetString(input);
        var colon = text.IndexOf(':', StringComparison.Ordinal);

        // The guard refuses all other names.
        if (colon <= 0 || text.AsSpan(0, colon).ContainsAnyExcept(TokenCharacters))
            return null;

        var (name, value) = (text[..colon], text[(colon + 1)..]);
        var found = CredentialHeaders.Find(name);
        var expected = CredentialHeaders.Names.FirstOrDefault(credential => Letters(credential) == Letters(name));
        if (found != expected)
            return $"identified as '{found}' instead of '{expected}'";

        var options = value.Split(',').Select(option => option.Trim()).ToList();
        return (NominatedHeaders.Parse(value)?.Contains(name) == true) != options.Contains(name, StringComparer.OrdinalIgnoreCase)
            ? "nominated although Connection does not list it, or listed and not nominated"
            : null;
    }

    private static string Letters(string name) => string.Concat(name.Where(char.IsAsciiLetterOrDigit)).ToLowerInvariant();
}
