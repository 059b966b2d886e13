using System.Diagnostics;

namespace Clik2pay.Sidecar.Telemetry;

/// <summary>
/// Keeps messages of exceptions off spans. The HTTP client puts each on the span of its call, and it may quote what upstream sent, be it our
/// own credentials. The exception's type stays, and says enough.
/// </summary>
internal sealed class ExceptionRedaction : IDisposable
{
    private readonly ActivityListener listener = new() { ShouldListenTo = _ => true, ExceptionRecorder = Redact };

    public ExceptionRedaction() => ActivitySource.AddActivityListener(listener);

    public void Dispose() => listener.Dispose();

    /// <summary>What has a value here is not given another (https://opentelemetry.io/docs/specs/semconv/exceptions/exceptions-spans/).</summary>
    private static void Redact(Activity span, Exception exception, ref TagList tags)
    {
        tags.Add("exception.message", "not told, since it may quote what was sent");
        tags.Add("exception.stacktrace", "");
    }
}
