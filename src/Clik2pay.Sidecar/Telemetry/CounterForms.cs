using System.Diagnostics.Metrics;

namespace Clik2pay.Sidecar.Telemetry;

/// <summary>
/// The two instruments of a <see cref="ClosedCounter{TKey}"/>: one has all series, the other is for a small number of series. The exporter
/// selects one of them. An instrument that is not selected costs nothing.
/// </summary>
internal static class CounterForms
{
    private const string SmallSuffix = ".small";

    /// <summary>The name of the instrument with few series.</summary>
    public static string SmallNameOf(string name) => name + SmallSuffix;

    /// <summary>The name under which both instruments are exported.</summary>
    public static string ExportedNameOf(Instrument instrument) =>
        IsSmall(instrument) ? instrument.Name[..^SmallSuffix.Length] : instrument.Name;

    /// <summary>Whether the instrument belongs to a counter with two forms, and is not the selected one.</summary>
    public static bool IsOtherForm(Instrument instrument, bool selectsSmall) =>
        instrument is ObservableCounter<long> && instrument.Meter.Name == SidecarMeter.Name && IsSmall(instrument) != selectsSmall;

    private static bool IsSmall(Instrument instrument) => instrument.Name.EndsWith(SmallSuffix, StringComparison.Ordinal);
}
