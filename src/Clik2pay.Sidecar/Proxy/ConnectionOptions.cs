using Microsoft.Extensions.Primitives;

namespace Clik2pay.Sidecar.Proxy;

/// <summary>
/// The header fields that a Connection header nominates: they are for one connection and are not forwarded (RFC 9110, section 7.6.1).
/// </summary>
internal static class ConnectionOptions
{
    public static bool Nominates(StringValues connection, string header)
    {
        foreach (var value in connection)
        {
            foreach (var option in value.AsSpan().Split(','))
            {
                if (value.AsSpan(option).Trim().Equals(header, StringComparison.OrdinalIgnoreCase))
                    return true;
            }
        }

        return false;
    }

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
