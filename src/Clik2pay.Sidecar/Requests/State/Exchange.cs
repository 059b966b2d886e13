using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Hosting.Listeners;
using Clik2pay.Sidecar.Requests.Operations;
using Clik2pay.Sidecar.Telemetry;
using Microsoft.AspNetCore.Http.Features;

namespace Clik2pay.Sidecar.Requests.State;

/// <summary>
/// The state of the request in progress on a caller's connection. Each connection has one exchange and serves one request after the other,
/// so a request allocates no exchange. After a request has ended, its state except for the body stays readable until the next request
/// begins.
/// </summary>
internal sealed class Exchange : IHttpRequestLifetimeFeature
{
    /// <summary>In characters. A longer target is not cached, because there may be many connections.</summary>
    private const int LongestTarget = 512;

    private string? cachedTarget;
    private string? cachedPrefix;
    private UpstreamAddress? cachedAddress;
    private long sendingSince;
    private long calledAt;
    private IHttpRequestLifetimeFeature? server;
    private bool hasAborted;
    private Profile? profile;

    /// <summary>The listener that accepted the connection.</summary>
    public required CallerListener Listener { get; init; }

    /// <summary>Whether a request has begun and not ended.</summary>
    public bool IsInProgress { get; private set; }

    /// <summary>The request target, exactly as the caller sent it.</summary>
    public string Target { get; private set; } = "";

    /// <summary>The profile whose credentials are sent. <see cref="HasProfile"/> must be true.</summary>
    /// <exception cref="InvalidOperationException">No profile was chosen, so nothing may be sent (fail closed).</exception>
    public Profile Profile
    {
        get => profile ?? throw new InvalidOperationException("No profile was chosen for the request.");
        set => profile = value;
    }

    /// <summary>Whether a profile was chosen. A request that is refused earlier has none.</summary>
    public bool HasProfile => profile is not null;

    /// <summary>The name of the caller. Null if callers are not defined, or if the caller was not recognized.</summary>
    public string? Caller { get; set; }

    /// <summary>The operation of the request. Null if callers are not defined.</summary>
    public Operation? Operation { get; set; }

    /// <summary>Whether anything of the request, in either attempt, may have reached the provider.</summary>
    public Sent Sent { get; private set; }

    /// <summary>The code of the problem response, if the response is the sidecar's own; null otherwise.</summary>
    public ErrorCode? OwnResponse { get; private set; }

    /// <summary>Whether the response is the sidecar's own, not the provider's.</summary>
    public bool IsOwnResponse => OwnResponse is not null || IsPlaceholder;

    /// <summary>Whether the response is a placeholder token.</summary>
    public bool IsPlaceholder { get; private set; }

    /// <summary>Whether the caller disconnected before the response was complete.</summary>
    public bool HasCallerGone { get; private set; }

    /// <summary>
    /// Why the provider's response was not returned: an error code or <see cref="RequestNames.CallerGone"/>. Null if the response was
    /// returned.
    /// </summary>
    public string? ErrorType => HasCallerGone ? RequestNames.CallerGone : OwnResponse?.ToSnakeCase();

    /// <summary>
    /// Whether the server has reported that the connection is closed. The server reports an abort by the sidecar in the same way, so the
    /// sidecar's aborts are recorded and do not count.
    /// </summary>
    public bool IsDisconnected => server?.RequestAborted.IsCancellationRequested == true && !hasAborted;

    /// <summary>The request's body, if it was read to its end before anything was sent.</summary>
    public ReadOnlyMemory<byte>? Body { get; set; }

    /// <summary>Whether the request's body is streamed, so that it cannot be sent again.</summary>
    public bool HasStreamedBody { get; set; }

    /// <summary>Whether the request is sent on a connection of its own, because its profile may not keep another one.</summary>
    public bool UsesOwnConnection { get; set; }

    /// <summary>Whether the request is sent without a Content-Length, as it was received.</summary>
    public bool OmitsContentLength { get; set; }

    /// <summary>Whether the provider returned a 401, and the request is to be sent again with the successor of its token.</summary>
    public bool IsToBeReplayed { get; set; }

    /// <summary>Whether the request is being sent for the second and last time.</summary>
    public bool IsReplay { get; private set; }

    /// <summary>Whether a call to the provider is in progress, and the head of the response has not arrived.</summary>
    public bool IsCalling { get; private set; }

    /// <summary>The request timeout, shared by both attempts.</summary>
    public TimeSpan TimeLimit { get; private set; }

    /// <summary>How often the HTTP client has begun to write the request of the current attempt to a connection.</summary>
    public int Writes { get; private set; }

    /// <inheritdoc/>
    public CancellationToken RequestAborted
    {
        get => server?.RequestAborted ?? default;
        set => server?.RequestAborted = value;
    }

    /// <summary>
    /// The exchange of the request. While a request is in progress, the exchange is also a feature of the request, because the server finds
    /// features of the request faster than features of the connection.
    /// </summary>
    public static Exchange Of(HttpContext context) =>
        context.Features.Find<IHttpRequestLifetimeFeature>() as Exchange ?? OfConnection(context);

    /// <summary>Begins a request on the connection. The address of the previous request stays cached.</summary>
    public static void Begin(HttpContext context) => OfConnection(context).BeginRequest(context.Features);

    private static Exchange OfConnection(HttpContext context) =>
        context.Features.Find<Exchange>() ?? throw new InvalidOperationException("The connection has no exchange.");

    private void BeginRequest(IFeatureCollection features)
    {
        // The server resets this feature before each request.
        var current = features.Find<IHttpRequestLifetimeFeature>()
            ?? throw new InvalidOperationException("The server has no IHttpRequestLifetimeFeature.");
        if (current != this)
            server = current;
        features[typeof(IHttpRequestLifetimeFeature)] = this;

        Target = features.Find<IHttpRequestFeature>()?.RawTarget ?? "";
        (IsInProgress, Sent, OwnResponse, HasCallerGone, hasAborted) = (true, Sent.No, null, false, false);
        (Body, HasStreamedBody, OmitsContentLength) = (null, false, false);
        (IsToBeReplayed, IsReplay, IsCalling, Writes, profile) = (false, false, false, 0, null);
        (Caller, Operation, IsPlaceholder) = (null, null, false);
    }

    /// <summary>Ends the request. Its body is released, because a connection may stay idle for a long time.</summary>
    public void End() => (IsInProgress, Body) = (false, null);

    /// <summary>Marks the start of the second attempt, after a 401.</summary>
    public void BeginReplay() => IsReplay = true;

    /// <summary>Marks the start of an attempt. The request timeout starts with the first attempt.</summary>
    /// <param name="limit">The request timeout, more than zero.</param>
    /// <param name="time">The clock.</param>
    public void BeginAttempt(TimeSpan limit, TimeProvider time)
    {
        Writes = 0;
        if (!IsReplay)
            (sendingSince, TimeLimit) = (time.GetTimestamp(), limit);
    }

    /// <summary>Marks the start of the call to the provider, once the request has its credentials.</summary>
    public void BeginCall(TimeProvider time) => (IsCalling, calledAt) = (true, time.GetTimestamp());

    /// <summary>Marks the end of the call: the head of the response has arrived, or the call has failed.</summary>
    /// <returns>The duration.</returns>
    public TimeSpan EndCall(TimeProvider time)
    {
        IsCalling = false;
        return time.GetElapsedTime(calledAt);
    }

    /// <summary>Records that the HTTP client begins to write the request to a connection.</summary>
    public void BeginWrite()
    {
        Writes++;
        Sent = Sent.Maybe;
    }

    /// <summary>Records a response of the sidecar. Only the failure responder calls this.</summary>
    public void RecordOwnResponse(ErrorCode code) => OwnResponse = code;

    /// <summary>Records that the response is a placeholder token, which is not a failure.</summary>
    public void RecordPlaceholder() => IsPlaceholder = true;

    /// <summary>Records that the caller disconnected before the response was complete. Only the request lifecycle calls this.</summary>
    public void RecordDisconnect() => HasCallerGone = true;

    /// <inheritdoc/>
    public void Abort()
    {
        hasAborted |= !IsDisconnected;
        server?.Abort();
    }

    /// <summary>The remaining time of the request; zero or less after the timeout.</summary>
    public TimeSpan GetTimeLeft(TimeProvider time) => TimeLimit - time.GetElapsedTime(sendingSince);

    /// <summary>Creates the address of the request, or returns the cached address if prefix and target are the same.</summary>
    public UpstreamAddress AddressOf(string prefix)
    {
        if (cachedAddress is not null
            && string.Equals(Target, cachedTarget, StringComparison.Ordinal)
            && string.Equals(prefix, cachedPrefix, StringComparison.Ordinal))
        {
            return cachedAddress;
        }

        var created = new UpstreamAddress(prefix + Target, this);
        if (Target.Length <= LongestTarget)
            (cachedPrefix, cachedTarget, cachedAddress) = (prefix, Target, created);
        return created;
    }
}
