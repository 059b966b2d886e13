using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Hosting.Listeners;

/// <summary>Reads and validates <see cref="ListenerOptions"/>.</summary>
internal static class ListenerOptionsReader
{
    public static ListenerOptions Read(SettingsReader settings)
    {
        var options = settings.Read<ListenerOptions>();
        var others = settings.ReadNames(CallerListener.Section).Where(name => name != CallerListener.DefaultName)
            .Select(name => ReadOther(settings, name))
            .OfType<CallerListener>();
        options = options with { CallerListeners = [ReadDefault(settings, options.Listen), .. others] };
        foreach (var listener in options.CallerListeners.Where(listener => !listener.Address.IsLocal && !options.AllowRemoteCallers))
        {
            settings.AddError(
                listener.AddressSetting,
                $"other machines can connect to {listener.Address}, and every caller uses your credentials. "
                    + $"Listen on loopback, or set {ListenerOptions.AllowRemoteCallersKey}=true to allow this.");
        }

        return options;
    }

    private static CallerListener ReadDefault(SettingsReader settings, ListenAddress address)
    {
        var section = SectionOf(settings, CallerListener.DefaultName);
        if (section.Text(CallerListener.AddressKey) is not null)
        {
            section.AddError(
                CallerListener.AddressKey,
                $"the address of the listener {CallerListener.DefaultName} is {ListenerOptions.ListenKey}. Set that instead.");
        }

        return new() { Name = CallerListener.DefaultName, Address = address, Profile = ReadProfile(section) };
    }

    /// <returns>Null if the address is missing or isn't valid, which is reported.</returns>
    private static CallerListener? ReadOther(SettingsReader settings, string name)
    {
        var section = SectionOf(settings, name);
        var address = section.Read<CallerListener, ListenAddress>(nameof(CallerListener.Address));
        var profile = ReadProfile(section);
        if (section.Text(CallerListener.AddressKey) is null)
            section.AddError(CallerListener.AddressKey, "it is missing. Set it, or remove the other settings of this listener.");

        return address is null ? null : new() { Name = name, Address = address, Profile = profile };
    }

    private static string? ReadProfile(SettingsReader section) => section.Text(CallerListener.ProfileKey)?.ToLowerInvariant();

    private static SettingsReader SectionOf(SettingsReader settings, string name) =>
        settings.ForSection(CallerListener.AnySection, $"{CallerListener.Section}:{name}");
}
