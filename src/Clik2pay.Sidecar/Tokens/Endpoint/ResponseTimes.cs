namespace Clik2pay.Sidecar.Tokens.Endpoint;

/// <summary>Reads the headers of a response that specify times (RFC 9111, section 5.1).</summary>
internal static class ResponseTimes
{
    private static readonly TimeSpan LargestClockDifference = TimeSpan.FromMinutes(5);

    /// <summary>How long ago the server generated the response. A lifetime in the body counts from that moment.</summary>
    public static TimeSpan GetAge(HttpResponseMessage response) => response.Headers.Age ?? TimeSpan.Zero;

    /// <summary>
    /// The server's time now, by its own clock: <c>Date</c> plus <c>Age</c>. Null without <c>Date</c>, or if the sum differs from this
    /// machine's clock by more than 5 minutes. A proxy with a wrong clock may have sent such a header, while the expiry in a token comes
    /// from its issuer.
    /// </summary>
    public static DateTimeOffset? GetServerTime(HttpResponseMessage response, DateTimeOffset now)
    {
        var difference = response.Headers.Date - now + GetAge(response);
        return difference?.Duration() <= LargestClockDifference ? now + difference : null;
    }

    /// <returns>Null if the header is absent or names a moment that has passed.</returns>
    public static TimeSpan? GetRetryAfter(HttpResponseMessage response, DateTimeOffset now)
    {
        var wait = response.Headers switch
        {
            { RetryAfter.Delta: { } delta } => delta,
            { RetryAfter.Date: { } until, Date: { } generatedAt } => until - generatedAt - GetAge(response),
            { RetryAfter.Date: { } until } => until - now,
            _ => TimeSpan.Zero,
        };
        return wait > TimeSpan.Zero ? wait : null;
    }
}
