namespace Clik2pay.Sidecar.Tokens;

/// <summary>What a refresh is to bring.</summary>
/// <param name="Key">Whose token, and under which key it is shared.</param>
/// <param name="Trigger">Why it was begun.</param>
/// <param name="IssuedAfter">A token in the shared store is adopted only if it was issued after this moment of <see cref="MonotonicTime"/>.</param>
/// <param name="Before">How the last refresh ended, and until when this one can wait for the store.</param>
internal sealed record RefreshOrder(TokenKey Key, RefreshTrigger Trigger, TimeSpan IssuedAfter, RefreshStatus Before)
{
    /// <summary>Whether the current token serves meanwhile, so that the new one can settle first.</summary>
    public bool CanSettle => Trigger == RefreshTrigger.Scheduled;
}
