using Clik2pay.Sidecar.Credentials;
using Clik2pay.Sidecar.Requests.Operations;

namespace Clik2pay.Sidecar.Requests.Callers;

/// <summary>A program that may send requests, and what it may do.</summary>
/// <param name="index">The position in <see cref="CallerRecognition.All"/>, from 0.</param>
/// <param name="definition">The caller's settings.</param>
/// <param name="profiles">The profiles that the caller may use, at least one.</param>
internal sealed class Caller(int index, CallerDefinition definition, IReadOnlyList<Profile> profiles)
{
    public int Index => index;

    /// <summary>In lower case.</summary>
    public string Name => definition.Name;

    public IReadOnlyList<Profile> Profiles => profiles;

    public IReadOnlyList<OperationPattern> Operations => definition.Operations;

    /// <summary>Whether requests of the caller must have one of its tokens.</summary>
    public bool RequiresToken => definition.TokenFiles.Count > 0;

    /// <summary>Whether the peer must have certain user or group ids.</summary>
    public bool RequiresPeer => definition.RequiresPeer;

    /// <summary>Whether the peer must have certain user ids.</summary>
    public bool RequiresUid => definition.Uids.Count > 0;

    /// <summary>Whether the peer fulfills every condition of the caller. Without conditions, every peer does.</summary>
    /// <param name="peer">Null if the connection is not a Unix socket.</param>
    public bool Allows(PeerCredentials? peer) =>
        !RequiresPeer || (peer is not null && Contains(definition.Uids, peer.Uid) && Contains(definition.Gids, peer.Gid));

    /// <summary>An empty list contains every id.</summary>
    private static bool Contains(IReadOnlyList<uint> ids, uint id)
    {
        for (var i = 0; i < ids.Count; i++)
        {
            if (ids[i] == id)
                return true;
        }

        return ids.Count == 0;
    }
}
