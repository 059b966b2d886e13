using Clik2pay.Sidecar.Configuration;

namespace Clik2pay.Sidecar.Hosting.Listeners;

/// <summary>Reads and validates <see cref="ListenerOptions"/>.</summary>
internal static class ListenerOptionsReader
{
    public static ListenerOptions Read(SettingsReader settings)
    {
        var options = settings.Read<ListenerOptions>();
        if (!options.Listen.IsLocal && !options.AllowRemoteCallers)
        {
            settings.AddError(
                ListenerOptions.ListenKey,
                $"other machines can connect to {options.Listen}, and every caller uses your credentials. "
                    + $"Listen on loopback, or set {ListenerOptions.AllowRemoteCallersKey}=true to allow this.");
        }

        return options;
    }
}
