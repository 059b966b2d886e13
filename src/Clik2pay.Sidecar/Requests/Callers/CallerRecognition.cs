using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Requests.Callers.Tokens;
using Clik2pay.Sidecar.Requests.Guard;
using Clik2pay.Sidecar.Requests.Headers;
using Clik2pay.Sidecar.Requests.State;

namespace Clik2pay.Sidecar.Requests.Callers;

/// <summary>
/// Recognizes the caller of a request, by its token or by the peer of its Unix socket. Every condition in the caller's settings must hold.
/// </summary>
internal sealed class CallerRecognition(
    IReadOnlyList<CallerDefinition> definitions, Profiles profiles, CallerTokens tokens, CallerOptions options)
{
    public IReadOnlyList<Caller> All { get; } =
    [
        .. definitions.Select((definition, i) => new Caller(i, definition, [.. definition.Profiles.Select(name => profiles.Find(name)!)])),
    ];

    /// <summary>Whether callers are defined. Otherwise, every caller may do everything.</summary>
    public bool AreDefined => All.Count > 0;

    /// <summary>Whether a caller is recognized by the peer of its Unix socket.</summary>
    public bool RequiresPeers { get; } = definitions.Any(definition => definition.RequiresPeer);

    /// <summary>
    /// A request with a token is matched only against callers with tokens. A wrong token is not accepted from any peer. Allocates no
    /// memory.
    /// </summary>
    /// <returns>Null if the caller is not recognized.</returns>
    public Caller? Recognize(HttpContext context)
    {
        var headers = context.Request.Headers;
        var peer = context.Features.Find<PeerCredentials>();
        var sent = headers[SidecarHeaders.CallerToken];
        var hasPlaceholder = Placeholder.TryFind(headers.Authorization, out var placeholder) && options.PlaceholderTokenEndpoint;
        if (sent.Count == 0 && !hasPlaceholder)
            return FindByPeer(peer);

        var byToken = sent.Count == 1 ? Find(sent[0], isPlaceholder: false, peer) : null;
        if (!hasPlaceholder)
            return byToken;

        // If a request has both, they must agree.
        var byPlaceholder = Find(placeholder, isPlaceholder: true, peer);
        return sent.Count == 0 || byToken == byPlaceholder ? byPlaceholder : null;
    }

    /// <summary>Recognizes a caller by its token.</summary>
    /// <returns>Null if the token is not valid, or if another condition of the caller does not hold.</returns>
    public Caller? FindByToken(ReadOnlySpan<char> token, HttpContext context) =>
        Find(token, isPlaceholder: false, context.Features.Find<PeerCredentials>());

    private Caller? Find(ReadOnlySpan<char> sent, bool isPlaceholder, PeerCredentials? peer) =>
        tokens.FindCaller(sent, isPlaceholder) is { } index && All[index] is var caller && caller.Allows(peer) ? caller : null;

    /// <summary>A caller that is recognized by its user takes precedence over one that is recognized only by its group.</summary>
    private Caller? FindByPeer(PeerCredentials? peer) =>
        peer is null ? null : FindByPeer(peer, byUid: true) ?? FindByPeer(peer, byUid: false);

    private Caller? FindByPeer(PeerCredentials peer, bool byUid)
    {
        for (var i = 0; i < All.Count; i++)
        {
            // Without a condition, a caller would be recognized by any peer.
            var caller = All[i];
            if (!caller.RequiresToken && caller.RequiresPeer && caller.RequiresUid == byUid && caller.Allows(peer))
                return caller;
        }

        return null;
    }
}
