using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Requests.Callers.Tokens;
using Clik2pay.Sidecar.Requests.Operations;

namespace Clik2pay.Sidecar.Requests.Callers;

/// <summary>How a caller is recognized, and what it may do: the section <c>Callers:{name}</c>.</summary>
internal sealed record CallerDefinition
{
    public const string Section = "Callers";

    /// <summary>The label of requests from unrecognized callers, so no caller can have this name.</summary>
    public const string NoName = "none";

    public const string AnySection = $"{Section}:{SectionName.Any}";
    public const string TokenFilesKey = $"{AnySection}:TokenFiles";
    public const string UidKey = $"{AnySection}:Uid";
    public const string GidKey = $"{AnySection}:Gid";
    public const string ProfilesKey = $"{AnySection}:Profiles";
    public const string OperationsKey = $"{AnySection}:Operations";

    /// <summary>In lower case.</summary>
    public required string Name { get; init; }

    /// <summary>Files with one token each. All of them are valid.</summary>
    [Setting(TokenFilesKey, NoRange = "Every readable file can be used.")]
    public required IReadOnlyList<string> TokenFiles { get; init; }

    /// <summary>The user ids of the process at the other end of a Unix socket. Empty if every user is allowed.</summary>
    [Setting(UidKey, NoRange = "The system assigns the ids.")]
    public required IReadOnlyList<uint> Uids { get; init; }

    /// <summary>The primary group ids of the process at the other end of a Unix socket. Empty if every group is allowed.</summary>
    [Setting(GidKey, NoRange = "The system assigns the ids.")]
    public required IReadOnlyList<uint> Gids { get; init; }

    /// <summary>The names of the profiles that the caller may use, in lower case.</summary>
    [Setting(ProfilesKey, Default = "default", NoRange = "The operator chooses the names of profiles.")]
    public required IReadOnlyList<string> Profiles { get; init; }

    [Setting(OperationsKey, NoRange = "Every method and path can be allowed.")]
    public required IReadOnlyList<OperationPattern> Operations { get; init; }

    /// <summary>The tokens in <see cref="TokenFiles"/> at startup.</summary>
    public required IReadOnlyList<TokenDigest> Tokens { get; init; }

    /// <summary>Whether recognition depends on the process at the other end of a Unix socket.</summary>
    public bool RequiresPeer => Uids.Count + Gids.Count > 0;
}
