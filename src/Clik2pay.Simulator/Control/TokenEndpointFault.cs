namespace Clik2pay.Simulator.Control;

/// <summary>What is wrong with the simulated token endpoint.</summary>
public enum TokenEndpointFault
{
    None,

    /// <summary>The connection is cut without an answer.</summary>
    Down,

    /// <summary>503.</summary>
    Unavailable,

    /// <summary>429 with Retry-After.</summary>
    Throttled,

    /// <summary>400 <c>invalid_client</c>, whatever the credentials.</summary>
    Refusing,

    /// <summary>302 to another host.</summary>
    Redirecting,

    /// <summary>200 without a body.</summary>
    EmptyBody,

    /// <summary>200 with a web page.</summary>
    Html,

    /// <summary>200 with a body of 1 MB.</summary>
    HugeBody,

    /// <summary>A token_type other than Bearer.</summary>
    NotBearer,

    /// <summary>A line end in the token.</summary>
    BrokenToken,

    /// <summary>expires_in 0.</summary>
    ZeroLifetime,

    /// <summary>No expires_in.</summary>
    NoLifetime,
}
