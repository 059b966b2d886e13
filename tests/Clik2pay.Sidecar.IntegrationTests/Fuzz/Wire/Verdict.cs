namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Wire;

/// <summary>What a strict parser says about the beginning of a stream of bytes.</summary>
internal enum Verdict
{
    /// <summary>One whole message.</summary>
    Complete,

    /// <summary>More bytes may make it a message.</summary>
    Incomplete,

    /// <summary>No bytes after these make it a message.</summary>
    Invalid,
}
