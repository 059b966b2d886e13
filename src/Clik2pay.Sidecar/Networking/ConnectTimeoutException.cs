namespace Clik2pay.Sidecar.Networking;

/// <summary>The connect timeout passed. The HTTP client adds it as an inner exception to its own, which does not name the step.</summary>
/// <param name="step">What the attempt was waiting for.</param>
internal sealed class ConnectTimeoutException(ConnectStep step) : Exception($"The connect timeout passed during {step}.")
{
    public ConnectStep Step { get; } = step;
}
