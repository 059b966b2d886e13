using System.Text;
using System.Text.RegularExpressions;
using Clik2pay.Sidecar.IntegrationTests.Fuzz.Runs;
using Clik2pay.Sidecar.Tests.Support.Credentials;

namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Wire;

/// <summary>Searches a caller's response for the sidecar's credentials, both raw and percent-encoded.</summary>
internal static partial class SecretRules
{
    private static readonly string[] All = [FuzzSidecar.Token, Secrets.ApiKey, Secrets.Username, Secrets.Password];

    /// <returns>Whether any part of the response contains a credential.</returns>
    public static bool ContainsCredential(StrictMessage response)
    {
        var fields = response.Headers.Concat(response.Trailers).Select(field => $"{field.Name}: {field.Value}");
        var text = string.Join('\n', fields.Prepend(response.StartLine).Append(Encoding.Latin1.GetString(response.Body)));
        if (text.Contains('%', StringComparison.Ordinal))
            text += Escape().Replace(text, match => ((char)Convert.ToByte(match.Value[1..], 16)).ToString());

        return All.Any(secret => text.Contains(secret, StringComparison.OrdinalIgnoreCase));
    }

    [GeneratedRegex("%[0-9A-Fa-f]{2}", RegexOptions.NonBacktracking)]
    private static partial Regex Escape();
}
