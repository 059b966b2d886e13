namespace Clik2pay.Sidecar.Requests.State;

/// <summary>
/// Whether a request has been sent to the provider. In snake case it is the member <c>sent</c> of a problem response and a metric label.
/// </summary>
internal enum Sent
{
    /// <summary>No byte of the request was written to a connection to the provider. It is safe to send the request again.</summary>
    No,

    /// <summary>The HTTP client has begun to write the request. The provider may have processed it.</summary>
    Maybe,
}
