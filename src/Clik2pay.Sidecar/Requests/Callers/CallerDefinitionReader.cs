using System.Globalization;
using System.Net.Sockets;
using Clik2pay.Sidecar.Configuration;
using Clik2pay.Sidecar.Hosting.Listeners;
using Clik2pay.Sidecar.Requests.Callers.Tokens;
using Clik2pay.Sidecar.Requests.Guard;
using Clik2pay.Sidecar.Requests.Operations;

namespace Clik2pay.Sidecar.Requests.Callers;

/// <summary>
/// Reads and validates the sections in <c>Callers</c>. Errors name the position of an entry, because the entry may be a token in the wrong
/// setting.
/// </summary>
/// <param name="settings">The settings of all features.</param>
/// <param name="findProfileError">Adds the known profiles to an error about a name. Null if a profile has the name.</param>
/// <param name="listeners">The listeners for callers.</param>
internal sealed class CallerDefinitionReader(
    SettingsReader settings, Func<string, string, string?> findProfileError, IReadOnlyList<CallerListener> listeners)
{
    /// <summary>The system shows this id instead of each id that the user namespace does not map (user_namespaces(7)).</summary>
    private const uint UnmappedId = 65534;

    /// <param name="options">The options that apply to all callers.</param>
    /// <returns>The callers in the order of their names. Those with errors may be incomplete.</returns>
    public IReadOnlyList<CallerDefinition> ReadAll(CallerOptions options)
    {
        var names = settings.ReadNames(CallerDefinition.Section).ToList();
        if (names.Remove(CallerDefinition.NoName))
        {
            settings.AddError(
                $"{CallerDefinition.Section}:{CallerDefinition.NoName}",
                "the name is reserved for unrecognized callers. Use another name.");
        }

        var callers = names.ConvertAll(Read);
        foreach (var name in names)
            settings.RejectUnknownKeys(SectionOf(name));
        if (callers.Count > 0 && options.CallerToken is not null)
        {
            settings.AddError(
                CallerOptions.CallerTokenKey,
                $"with {CallerDefinition.Section}, each caller has its own token. "
                    + $"Move the file of this token to {CallerDefinition.TokenFilesKey}, and remove this setting.");
        }

        RejectAmbiguous(callers, caller => caller.Tokens, CallerDefinition.TokenFilesKey, "token");

        // A caller with a token is recognized by its token, so another caller can have the same uid.
        var byPeer = callers.FindAll(caller => caller.TokenFiles.Count == 0);
        RejectAmbiguous(byPeer, caller => caller.Uids, CallerDefinition.UidKey, "uid");
        RejectAmbiguous(byPeer, caller => caller.Gids, CallerDefinition.GidKey, "gid");
        return callers;
    }

    private static string SocketRemedy =>
        $"Set {ListenerOptions.ListenKey} or {CallerListener.AddressKey} to http://unix:/PATH.";

    private static string SectionOf(string name) => $"{CallerDefinition.Section}:{name}";

    private static IReadOnlyList<string> ReadList(SettingsReader section, string property) =>
        section.Read<CallerDefinition, IReadOnlyList<string>>(property) ?? [];

    private CallerDefinition Read(string name)
    {
        var section = settings.ForSection(CallerDefinition.AnySection, SectionOf(name));
        var knownErrors = settings.Errors.Count;
        var files = ReadList(section, nameof(CallerDefinition.TokenFiles));
        var uids = ReadIds(section, nameof(CallerDefinition.Uids), CallerDefinition.UidKey);
        var gids = ReadIds(section, nameof(CallerDefinition.Gids), CallerDefinition.GidKey);
        var hasError = settings.Errors.Count > knownErrors;
        var caller = new CallerDefinition
        {
            Name = name,
            TokenFiles = files,
            Uids = uids,
            Gids = gids,
            Profiles = ReadProfiles(section),
            Operations = ReadOperations(section),
            Tokens = ReadTokens(section, files),
        };
        ValidateRecognition(section, caller, hasError);
        return caller;
    }

    /// <param name="section">The section of the caller.</param>
    /// <param name="caller">The caller, without the entries that are not valid.</param>
    /// <param name="hasError">Whether an error of a setting that recognizes the caller has been reported.</param>
    private void ValidateRecognition(SettingsReader section, CallerDefinition caller, bool hasError)
    {
        if (caller.TokenFiles.Count == 0 && !caller.RequiresPeer && !hasError)
        {
            section.AddError(
                CallerDefinition.TokenFilesKey,
                $"it is missing. Set it, {section.KeyOf(CallerDefinition.UidKey)} or {section.KeyOf(CallerDefinition.GidKey)}, "
                    + "so that the caller can be recognized.");
        }

        foreach (var key in new[] { CallerDefinition.UidKey, CallerDefinition.GidKey }.Where(HasValue))
        {
            if (!OperatingSystem.IsLinux())
                section.AddError(key, $"it works only on Linux. Use {section.KeyOf(CallerDefinition.TokenFilesKey)}.");
            else if (!listeners.Any(listener => listener.Address.EndPoint is UnixDomainSocketEndPoint))
                section.AddError(key, $"no listener is a Unix socket. {SocketRemedy}");
        }

        bool HasValue(string key) => settings.HasAny(section.KeyOf(key));
    }

    private List<string> ReadProfiles(SettingsReader section)
    {
        var names = ReadList(section, nameof(CallerDefinition.Profiles)).Select(name => name.ToLowerInvariant()).ToList();
        var isMissing = !settings.HasAny(section.KeyOf(CallerDefinition.ProfilesKey));
        foreach (var (index, name) in names.Index())
        {
            var whatHappened = isMissing
                ? $"it is missing, and there is no profile '{name}'"
                : $"entry {index + 1} is not the name of a profile";
            if (findProfileError(name, whatHappened) is { } error)
                section.AddError(CallerDefinition.ProfilesKey, error);
        }

        return [.. names.Distinct(StringComparer.Ordinal)];
    }

    private List<OperationPattern> ReadOperations(SettingsReader section)
    {
        var texts = ReadList(section, nameof(CallerDefinition.Operations));
        if (texts.Count == 0 && !settings.HasAny(section.KeyOf(CallerDefinition.OperationsKey)))
            section.AddError(CallerDefinition.OperationsKey, $"it is missing, so the caller may do nothing. {OperationPattern.Remedy}");

        var patterns = new List<OperationPattern>();
        foreach (var (index, text) in texts.Index())
        {
            if (OperationPattern.TryParse(text) is { } pattern)
            {
                patterns.Add(pattern);
            }
            else
            {
                section.AddError(
                    CallerDefinition.OperationsKey, $"entry {index + 1} is not a valid operation. {OperationPattern.Remedy}");
            }
        }

        return patterns;
    }

    private static List<uint> ReadIds(SettingsReader section, string property, string key)
    {
        var ids = new List<uint>();
        foreach (var (index, text) in ReadList(section, property).Index())
        {
            // The system uses the largest number for an unknown id.
            if (!uint.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var id) || id == uint.MaxValue)
            {
                section.AddError(
                    key, $"entry {index + 1} is not a whole number from 0 to {uint.MaxValue - 1}. Use numeric ids, not names.");
            }
            else if (id == UnmappedId)
            {
                section.AddError(
                    key, $"entry {index + 1} is {id}, which stands for every id that the container does not map. Use another id.");
            }
            else
            {
                ids.Add(id);
            }
        }

        return ids;
    }

    private static List<TokenDigest> ReadTokens(SettingsReader section, IReadOnlyList<string> files)
    {
        var tokens = new List<TokenDigest>();
        foreach (var path in files)
        {
            if (CallerTokenFile.TryRead(path, out var error) is { } token)
                tokens.Add(token);
            else
                section.AddError(CallerDefinition.TokenFilesKey, error!);
        }

        return tokens;
    }

    private void RejectAmbiguous<T>(
        IReadOnlyList<CallerDefinition> callers, Func<CallerDefinition, IReadOnlyList<T>> identities, string key, string kind)
        where T : notnull
    {
        var owners = callers.SelectMany(caller => identities(caller).Distinct().Select(identity => (identity, caller.Name)));
        foreach (var same in owners.GroupBy(owner => owner.identity, owner => owner.Name).Where(same => same.Count() > 1))
        {
            var names = same.ToList();
            settings.AddError(
                key.Replace(SectionName.Any, names[1], StringComparison.Ordinal),
                $"the caller {names[0]} has the same {kind}, so the callers cannot be distinguished. "
                    + $"Use a different {kind} for each caller.");
        }
    }
}
