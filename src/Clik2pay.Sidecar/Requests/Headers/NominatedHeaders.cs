using Microsoft.Extensions.Primitives;

namespace Clik2pay.Sidecar.Requests.Headers;

/// <summary>
/// The headers that a Connection header nominates. They apply to one connection and are not forwarded (RFC 9110, section 7.6.1).
/// </summary>
internal static class NominatedHeaders
{
    /// <returns>The options in the header. Null if the header is absent or has only <c>keep-alive</c> or <c>close</c>.</returns>
    public static HashSet<string>? Parse(StringValues connection) =>
        connection.Count == 0 || (connection.Count == 1 && connection[0] is "keep-alive" or "Keep-Alive" or "close")
            ? null
            : connection.SelectMany(value => (value ?? "").Split(',', StringSplitOptions.TrimEntries))
                .ToHashSet(StringComparer.OrdinalIgnoreCase);

    /// <param name="headers">Headers or trailers of a response.</param>
    /// <param name="response">The response as the provider sent it.</param>
    public static void RemoveNominated(IHeaderDictionary headers, HttpResponseMessage? response)
    {
        if (response?.Headers.NonValidated.TryGetValues("Connection", out var connection) != true)
            return;

        foreach (var value in connection)
        {
            foreach (var range in value.AsSpan().Split(','))
            {
                var option = value.AsSpan(range).Trim();
                if (!option.IsEmpty
                    && !option.Equals("keep-alive", StringComparison.OrdinalIgnoreCase)
                    && !option.Equals("close", StringComparison.OrdinalIgnoreCase))
                {
                    headers.Remove(option.ToString());
                }
            }
        }
    }
}
