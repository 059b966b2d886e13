namespace Clik2pay.Sidecar.Tokens;

/// <summary>How a refresh ended. The values are part of the format in which replicas share a failure.</summary>
internal enum RefreshOutcome
{
    /// <summary>The token endpoint was asked and gave a token.</summary>
    Success = 0,

    /// <summary>Another replica's token was found in the store; the token endpoint was not asked.</summary>
    Adopted = 1,

    /// <summary>The token endpoint refused the credentials or the scope. Asking again will not help until they change.</summary>
    Rejected = 2,

    /// <summary>The token endpoint limits the rate of calls.</summary>
    Throttled = 3,

    /// <summary>The token endpoint could not be reached, did not answer in time, or answered with a server error.</summary>
    Unavailable = 4,

    /// <summary>The token endpoint answered, but with nothing that can be used as an access token.</summary>
    InvalidResponse = 5,

    /// <summary>The shared store could not be reached. The held token still serves for long enough to look for it again, so nothing was fetched.</summary>
    Deferred = 6,
}
