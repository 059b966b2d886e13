namespace Clik2pay.Sidecar.Networking;

/// <summary>The connect timeout passed. The HTTP client wraps this exception in its own, which does not name the step.</summary>
/// <param name="step">The step during which the timeout passed.</param>
internal sealed class ConnectTimeoutException(ConnectStep step) : Exception($"The connect timeout passed during {step}.")
{
    public ConnectStep Step { get; } = step;
}
