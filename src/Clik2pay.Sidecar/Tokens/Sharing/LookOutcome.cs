namespace Clik2pay.Sidecar.Tokens.Sharing;

/// <summary>What a look showed of the shared store, seen from this replica's slot.</summary>
internal enum LookOutcome
{
    /// <summary>The store holds the token that this replica holds.</summary>
    InPlace,

    /// <summary>The store holds a token that lives longer; this replica has taken it.</summary>
    Adopted,

    /// <summary>The store holds nothing, or a token that is of no use to this replica.</summary>
    Behind,

    /// <summary>The same, and so the token that this replica holds was written there.</summary>
    WrittenBack,

    /// <summary>The store could not be reached, or did not answer in time.</summary>
    Unavailable,
}
