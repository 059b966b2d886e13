namespace Clik2pay.Simulator.Faults;

/// <summary>A fault of the simulated token endpoint.</summary>
internal enum TokenEndpointFault
{
    None,

    /// <summary>Aborts the connection without a response.</summary>
    Down,

    /// <summary>503.</summary>
    Unavailable,

    /// <summary>429 with Retry-After.</summary>
    Throttled,

    /// <summary>400 <c>invalid_client</c>, even for valid credentials.</summary>
    Refusing,

    /// <summary>302 to another host.</summary>
    Redirecting,

    /// <summary>200 without a body.</summary>
    EmptyBody,

    /// <summary>200 with an HTML page.</summary>
    Html,

    /// <summary>200 with a body of 1 MB.</summary>
    HugeBody,

    /// <summary>A token_type other than Bearer.</summary>
    NotBearer,

    /// <summary>A line break in the token.</summary>
    BrokenToken,

    /// <summary>expires_in is 0.</summary>
    ZeroLifetime,

    /// <summary>expires_in is missing.</summary>
    NoLifetime,
}
