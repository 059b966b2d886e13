namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Wire;

/// <summary>The result of parsing the beginning of a byte stream strictly.</summary>
internal enum Verdict
{
    /// <summary>A complete message.</summary>
    Complete,

    /// <summary>The beginning of a message.</summary>
    Incomplete,

    /// <summary>Not a message, regardless of the bytes that follow.</summary>
    Invalid,
}
