namespace Clik2pay.Sidecar.Proxy;

/// <summary>
/// What the steps of the request that is under way on a caller's connection tell one another. There is one for each connection, which serves one
/// request after the other, so that none costs memory.
/// </summary>
internal sealed class Exchange
{
    /// <summary>In characters. A longer target is not remembered: connections are many, and live long.</summary>
    private const int LongestTarget = 512;

    private static readonly UriCreationOptions AsWritten = new() { DangerousDisablePathAndQueryCanonicalization = true };

    private string? target;
    private string? prefix;
    private Uri? address;

    /// <summary>The request's body, when it was read whole before anything was sent.</summary>
    public ReadOnlyMemory<byte>? Body { get; set; }

    /// <summary>Whether upstream answered 401 to a token that has a successor by now, with which the request is to be sent once more.</summary>
    public bool IsToBeReplayed { get; set; }

    /// <summary>Whether the request is being sent for the second time, which is the last.</summary>
    public bool IsReplay { get; set; }

    public static Exchange Of(HttpContext context) => (Exchange?)context.Features[typeof(Exchange)] ?? throw new InvalidOperationException("The connection has no exchange.");

    /// <summary>The request is over: what was kept of it is forgotten, but for its address.</summary>
    public void End() => (Body, IsToBeReplayed, IsReplay) = (null, false, false);

    /// <summary>The address of a request, with path and query byte for byte as the caller wrote them. That of the request before is used again when it is the same.</summary>
    public Uri AddressOf(string requestPrefix, string requestTarget)
    {
        if (address is not null && string.Equals(requestTarget, target, StringComparison.Ordinal) && string.Equals(requestPrefix, prefix, StringComparison.Ordinal))
            return address;

        var made = new Uri(requestPrefix + requestTarget, AsWritten);
        if (requestTarget.Length <= LongestTarget)
            (prefix, target, address) = (requestPrefix, requestTarget, made);
        return made;
    }
}
