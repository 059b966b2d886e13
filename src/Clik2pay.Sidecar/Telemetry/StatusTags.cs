using System.Globalization;

namespace Clik2pay.Sidecar.Telemetry;

/// <summary>Status codes as values of tags. Each value is created once, so that requests do not allocate values.</summary>
internal static class StatusTags
{
    private static readonly object[] Boxed = [.. Enumerable.Range(0, 1000).Cast<object>()];

    private static readonly string?[] Texts = new string?[1000];

    /// <param name="status">From 0 to 999.</param>
    public static object Of(int status) => Boxed[status];

    /// <param name="status">From 0 to 999.</param>
    public static string TextOf(int status) => Texts[status] ??= status.ToString(CultureInfo.InvariantCulture);
}
