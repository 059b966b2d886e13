using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Unicode;

namespace Clik2pay.Sidecar.Requests.DuplicatePayments;

/// <summary>
/// The merchant's own id of a create or a payment. It is unique across the merchant's transactions, so the provider can refuse a second
/// payment with the same id.
/// </summary>
internal static class MerchantTransactionId
{
    public const string Name = "merchantTransactionId";

    /// <summary>In characters, by the provider's rule.</summary>
    public const int MinLength = 6;

    /// <summary>In characters, by the provider's rule.</summary>
    public const int MaxLength = 32;

    private static ReadOnlySpan<byte> ByteOrderMark => [0xef, 0xbb, 0xbf];

    /// <summary>Whether the body is one JSON object that has exactly one id, which is valid.</summary>
    /// <param name="body">The body of a request, in UTF-8, with or without a byte order mark.</param>
    public static bool IsValidIn(ReadOnlySpan<byte> body)
    {
        if (body.StartsWith(ByteOrderMark))
            body = body[ByteOrderMark.Length..];

        try
        {
            // The JSON reader does not validate the encoding of all texts.
            return Utf8.IsValid(body) && HasOneValidId(new(body));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            // Not JSON, or a name that is not Unicode.
            return false;
        }
    }

    /// <exception cref="JsonException">The body is not one JSON value.</exception>
    /// <exception cref="InvalidOperationException">A name or the id contains half of a surrogate pair.</exception>
    private static bool HasOneValidId(Utf8JsonReader json)
    {
        if (!json.Read() || json.TokenType != JsonTokenType.StartObject)
            return false;

        // The body is read to its end, because servers disagree about which of two members applies, and some ignore the case of names.
        var (ids, isValid) = (0, false);
        while (json.Read())
        {
            if (json.TokenType != JsonTokenType.PropertyName || json.CurrentDepth != 1)
                continue;

            var name = json.GetString();
            if (!IsSimilar(name!))
                continue;

            json.Read();
            ids++;
            isValid = Name.Equals(name, StringComparison.Ordinal) && json.TokenType == JsonTokenType.String && IsValid(json.GetString()!);
        }

        return ids == 1 && isValid;
    }

    /// <summary>
    /// Whether a server that ignores the case of names could read a name as the id. Go's encoding/json treats a long s as an s, and Java's
    /// equalsIgnoreCase also an i without a dot, or a capital I with a dot, as an i.
    /// </summary>
    private static bool IsSimilar(string name) => Name.Equals(
        name.Replace('\u017f', 's').Replace('\u0131', 'i').Replace('\u0130', 'i'), StringComparison.OrdinalIgnoreCase);

    /// <summary>
    /// An id without a visible character, such as that of an empty field of a database, does not identify a payment.
    /// </summary>
    private static bool IsValid(string id)
    {
        var (length, isVisible) = (0, false);
        foreach (var character in id.EnumerateRunes())
        {
            length++;
            isVisible |= !Rune.IsWhiteSpace(character)
                && Rune.GetUnicodeCategory(character) is not (UnicodeCategory.Control or UnicodeCategory.Format);
        }

        return length is >= MinLength and <= MaxLength && isVisible;
    }
}
