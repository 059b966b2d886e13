using System.Globalization;

namespace Clik2pay.Simulator.Common;

/// <summary>Times in JSON, as RFC 3339 with milliseconds.</summary>
internal static class JsonTime
{
    public static string Write(DateTimeOffset time) =>
        time.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);
}
