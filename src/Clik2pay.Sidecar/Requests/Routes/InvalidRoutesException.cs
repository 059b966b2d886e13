namespace Clik2pay.Sidecar.Requests.Routes;

/// <summary>The routes at startup are valid JSON, but have invalid settings.</summary>
/// <param name="errors">One sentence for each error.</param>
internal sealed class InvalidRoutesException(IEnumerable<string> errors) : Exception("The routes cannot be used.")
{
    public IReadOnlyList<string> Errors { get; } = [.. errors];
}
