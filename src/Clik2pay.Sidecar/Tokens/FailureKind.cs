namespace Clik2pay.Sidecar.Tokens;

/// <summary>Why no access token was obtained. The values are part of the format in which replicas share a failure.</summary>
internal enum FailureKind
{
    /// <summary>
    /// The token endpoint refused the credentials or the scope. Retries fail until the settings or the provider's configuration change.
    /// </summary>
    Refused = 2,

    /// <summary>The token endpoint limits the rate of calls.</summary>
    Throttled = 3,

    /// <summary>The token endpoint was unreachable, did not respond in time, or responded with a server error.</summary>
    Unavailable = 4,

    /// <summary>The token endpoint sent a response without a usable access token.</summary>
    InvalidResponse = 5,
}
