namespace Clik2pay.Sidecar.Tokens;

/// <summary>A token that upstream has rejected.</summary>
/// <param name="Token">The token.</param>
/// <param name="At">When this process dropped it, in <see cref="MonotonicTime"/>.</param>
internal sealed record Rejection(AccessToken Token, TimeSpan At);
