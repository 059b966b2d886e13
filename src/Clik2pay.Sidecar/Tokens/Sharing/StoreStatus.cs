namespace Clik2pay.Sidecar.Tokens.Sharing;

/// <summary>How the shared store was at the last visit.</summary>
/// <param name="Name">For people: which store it is.</param>
/// <param name="IsUp">Whether it could be used; null when it has not been visited, or is in the process and needs no visits.</param>
/// <param name="Trouble">The kind of failure, when it could not.</param>
internal sealed record StoreStatus(string Name, bool? IsUp = null, string? Trouble = null);
