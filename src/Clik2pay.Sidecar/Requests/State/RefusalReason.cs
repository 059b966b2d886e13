namespace Clik2pay.Sidecar.Requests.State;

/// <summary>Why a request was refused before anything was sent. In snake case it is the metric label <c>reason</c>.</summary>
internal enum RefusalReason
{
    /// <summary>A browser sent the request for a web page.</summary>
    CrossSite,

    /// <summary>The method is not forwarded.</summary>
    Method,

    /// <summary>The Host header is not an allowed host.</summary>
    Host,

    /// <summary>The target is not a path, or two servers could read it differently.</summary>
    Target,

    /// <summary>The request asks for another protocol.</summary>
    Upgrade,

    /// <summary>Two servers could disagree about the end of the body.</summary>
    Framing,

    /// <summary>The name or the value of a header contains invalid characters.</summary>
    Header,

    /// <summary>The caller token is missing or wrong.</summary>
    CallerToken,

    /// <summary>The request selects no profile, an unknown one, or one that the caller may not use.</summary>
    Profile,

    /// <summary>The caller may not use the operation.</summary>
    Operation,

    /// <summary>A create or a payment has no valid <c>merchantTransactionId</c>.</summary>
    MerchantTransactionId,

    /// <summary>The body of a request for a placeholder token is not valid.</summary>
    TokenRequest,

    /// <summary>The body is larger than allowed.</summary>
    BodyTooLarge,

    /// <summary>The request line or the headers are longer than allowed.</summary>
    HeadTooLarge,

    /// <summary>The head or the body arrived too slowly.</summary>
    Timeout,

    /// <summary>The request is not valid HTTP/1.1 (RFC 9112).</summary>
    Malformed,
}
