namespace Clik2pay.Sidecar.Requests.Routes;

/// <summary>The routes at start are JSON, but not routes: YARP's own validation says why, a sentence each.</summary>
internal sealed class InvalidRoutesException(IEnumerable<string> errors) : Exception("The routes cannot be used.")
{
    public IReadOnlyList<string> Errors { get; } = [.. errors];
}
