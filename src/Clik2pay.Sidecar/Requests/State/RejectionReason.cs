namespace Clik2pay.Sidecar.Requests.State;

/// <summary>Why a request was refused before anything went upstream. In snake case the tag <c>reason</c> of the metric.</summary>
internal enum RejectionReason
{
    /// <summary>A browser sends it for a page of somebody else.</summary>
    CrossSite,

    /// <summary>None of the methods that are forwarded.</summary>
    Method,

    /// <summary>Host names nobody allowed.</summary>
    Host,

    /// <summary>The target is no path, or one that two servers could understand differently.</summary>
    Target,

    /// <summary>Another protocol is asked for.</summary>
    Upgrade,

    /// <summary>Two servers could disagree where the body ends.</summary>
    Framing,

    /// <summary>A header's name or value holds characters that have no place there.</summary>
    Header,

    /// <summary>The caller's secret is missing or wrong.</summary>
    CallerToken,

    /// <summary>The body is larger than allowed.</summary>
    BodyTooLarge,

    /// <summary>Request line or headers are longer than allowed.</summary>
    HeadTooLarge,

    /// <summary>Head or body came too slowly.</summary>
    Timeout,

    /// <summary>It is not HTTP/1.1 as RFC 9112 has it.</summary>
    Malformed,
}
