namespace Clik2pay.Sidecar.Tokens.Endpoint;

/// <summary>
/// Reads the headers <c>Age</c> (RFC 9111, section 5.1), <c>Date</c> and <c>Retry-After</c> (RFC 9110, sections 6.6.1 and 10.2.3).
/// </summary>
internal static class ResponseTimes
{
    private static readonly TimeSpan LargestClockDifference = TimeSpan.FromMinutes(5);

    /// <summary>How long ago the server generated the response. A lifetime in the body counts from that moment.</summary>
    public static TimeSpan GetAge(HttpResponseMessage response) => response.Headers.Age ?? TimeSpan.Zero;

    /// <summary>
    /// The server's time now, by its own clock: <c>Date</c> plus <c>Age</c>. Null without <c>Date</c>, or if the sum differs from this
    /// machine's clock by more than 5 minutes. A <c>Date</c> that is wrong by so much may come from a proxy, and cannot be compared with
    /// the expiry in a token, which comes from the token's issuer.
    /// </summary>
    public static DateTimeOffset? GetServerTime(HttpResponseMessage response, DateTimeOffset now)
    {
        var difference = response.Headers.Date - now + GetAge(response);
        return difference?.Duration() <= LargestClockDifference ? now + difference : null;
    }

    /// <returns>The requested pause. Null if the header is absent, or if the pause is over or zero.</returns>
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
