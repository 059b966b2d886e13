using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Hosting.Listeners;

/// <summary>One of the listeners for callers.</summary>
internal sealed record CallerListener
{
    public const string Section = "Sidecar:Listeners";

    /// <summary>The listener whose address is <see cref="ListenerOptions.Listen"/>.</summary>
    public const string DefaultName = "default";

    public const string AnySection = $"{Section}:{SectionName.Any}";
    public const string AddressKey = $"{AnySection}:Address";
    public const string ProfileKey = $"{AnySection}:Profile";

    /// <summary>In lower case.</summary>
    public required string Name { get; init; }

    /// <summary>It must be local unless <see cref="ListenerOptions.AllowRemoteCallers"/> is true.</summary>
    [Setting(AddressKey, NoRange = "Every address of this machine is allowed.")]
    public required ListenAddress Address { get; init; }

    /// <summary>The profile of all requests to this listener, in lower case. Null if the listener does not determine it.</summary>
    [Setting(ProfileKey, NoRange = "The operator chooses the names of profiles.")]
    public required string? Profile { get; init; }

    /// <summary>The key of the address in the configuration.</summary>
    public string AddressSetting => Name == DefaultName ? ListenerOptions.ListenKey : $"{Section}:{Name}:Address";

    /// <summary>The key of the profile in the configuration.</summary>
    public string ProfileSetting => $"{Section}:{Name}:Profile";
}
