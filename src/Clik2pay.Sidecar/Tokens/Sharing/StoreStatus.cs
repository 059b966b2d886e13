namespace Clik2pay.Sidecar.Tokens.Sharing;

/// <summary>The state of the shared store at the last operation.</summary>
/// <param name="Name">The name of the store, for people.</param>
/// <param name="IsUp">Whether the operation succeeded. Null before the first operation, and for the store in the process.</param>
/// <param name="Failure">The kind of failure; null without a failure.</param>
internal sealed record StoreStatus(string Name, bool? IsUp = null, string? Failure = null);
