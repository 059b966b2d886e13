using Microsoft.AspNetCore.Http.Features;

namespace Clik2pay.Sidecar.Requests.State;

/// <summary>
/// The state of the request that is under way on a caller's connection. There is one for each connection, which serves one request after
/// the other, so that a request allocates none.
/// </summary>
internal sealed class Exchange : IHttpRequestLifetimeFeature
{
    /// <summary>In characters. A longer target is not kept, because there may be many connections.</summary>
    private const int LongestTarget = 512;

    private string? target;
    private string? prefix;
    private UpstreamAddress? address;
    private long sendingSince;
    private IHttpRequestLifetimeFeature? server;
    private bool hasAborted;

    /// <summary>The request's body, if it was read to its end before anything was sent.</summary>
    public ReadOnlyMemory<byte>? Body { get; set; }

    /// <summary>Whether the request's body is streamed, so that it cannot be sent again.</summary>
    public bool HasStreamedBody { get; set; }

    /// <summary>Whether the request is sent without a Content-Length, as it was received.</summary>
    public bool OmitsContentLength { get; set; }

    /// <summary>Whether upstream answered 401 to a token that has a successor by now, with which the request is to be sent once more.</summary>
    public bool IsToBeReplayed { get; set; }

    /// <summary>Whether the request is being sent for the second time, which is the last.</summary>
    public bool IsReplay { get; set; }

    /// <summary>The request timeout, shared by both attempts.</summary>
    public TimeSpan TimeLimit { get; private set; }

    /// <summary>How often the HTTP client has begun to write the request of the current attempt to a connection.</summary>
    public int Writes { get; private set; }

    /// <summary>Whether anything of the request, in either attempt, may have reached the provider.</summary>
    public Sent Sent { get; private set; }

    /// <summary>The value of <see cref="Sent"/> in the last problem response on this connection.</summary>
    public Sent ReportedSent { get; set; }

    /// <summary>
    /// Whether the caller disconnected. The server reports an abort by the sidecar in the same way, so the sidecar's aborts are recorded.
    /// </summary>
    public bool HasCallerGone => server?.RequestAborted.IsCancellationRequested == true && !hasAborted;

    /// <summary>Whether the caller disconnected before the response was complete. Valid until the next request.</summary>
    public bool IsAbandoned { get; set; }

    /// <inheritdoc/>
    public CancellationToken RequestAborted
    {
        get => server?.RequestAborted ?? default;
        set => server?.RequestAborted = value;
    }

    public static Exchange Of(HttpContext context) => (Exchange?)context.Features[typeof(Exchange)] ?? throw new InvalidOperationException("The connection has no exchange.");

    /// <summary>Starts a request on this connection.</summary>
    public void Begin(HttpContext context)
    {
        var current = context.Features.GetRequiredFeature<IHttpRequestLifetimeFeature>();
        if (current != this) // which the server resets with each request
            server = current;
        context.Features.Set<IHttpRequestLifetimeFeature>(this);
        (hasAborted, IsAbandoned) = (false, false);
    }

    /// <inheritdoc/>
    public void Abort()
    {
        hasAborted |= !HasCallerGone;
        server?.Abort();
    }

    /// <summary>The request is handed to the HTTP client, for the first time or for the replay.</summary>
    /// <param name="limit">The request timeout, more than zero.</param>
    /// <param name="time">The clock.</param>
    public void BeginAttempt(TimeSpan limit, TimeProvider time)
    {
        Writes = 0;
        if (!IsReplay)
            (sendingSince, TimeLimit) = (time.GetTimestamp(), limit);
    }

    /// <summary>The remaining time of the request; zero or less after the timeout.</summary>
    public TimeSpan GetTimeLeft(TimeProvider time) => TimeLimit - time.GetElapsedTime(sendingSince);

    /// <summary>The HTTP client begins to write the request to a connection.</summary>
    public void BeginWrite()
    {
        Writes++;
        Sent = Sent.Maybe;
    }

    /// <summary>Resets everything but the address, for the next request.</summary>
    public void End()
    {
        (Body, HasStreamedBody, OmitsContentLength) = (null, false, false);
        (IsToBeReplayed, IsReplay, Writes, Sent) = (false, false, 0, Sent.No);
    }

    /// <summary>Creates the address of a request, or returns that of the previous request if both are the same.</summary>
    public UpstreamAddress AddressOf(string requestPrefix, string requestTarget)
    {
        if (address is not null && string.Equals(requestTarget, target, StringComparison.Ordinal) && string.Equals(requestPrefix, prefix, StringComparison.Ordinal))
            return address;

        var made = new UpstreamAddress(requestPrefix + requestTarget, this);
        if (requestTarget.Length <= LongestTarget)
            (prefix, target, address) = (requestPrefix, requestTarget, made);
        return made;
    }
}
