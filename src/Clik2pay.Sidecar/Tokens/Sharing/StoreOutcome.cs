namespace Clik2pay.Sidecar.Tokens.Sharing;

/// <summary>How a look into the shared store ended.</summary>
internal enum StoreOutcome
{
    Found,

    /// <summary>There is no token that still lives, or nothing that can be read as one.</summary>
    Empty,

    /// <summary>The store could not be reached, or did not answer in time.</summary>
    Unavailable,
}
