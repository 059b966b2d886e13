namespace Clik2pay.Sidecar.Telemetry;

/// <summary>Status codes as values of tags. A tag value is an object, so each status is boxed once.</summary>
internal static class StatusTags
{
    private static readonly object[] Boxed = [.. Enumerable.Range(0, 1000).Cast<object>()];

    /// <param name="status">From 0 to 999.</param>
    public static object Of(int status) => Boxed[status];
}
