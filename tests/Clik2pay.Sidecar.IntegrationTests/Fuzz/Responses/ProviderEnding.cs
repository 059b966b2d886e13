namespace Clik2pay.Sidecar.IntegrationTests.Fuzz.Responses;

/// <summary>What the provider does with its connection after it has sent a response.</summary>
internal enum ProviderEnding
{
    /// <summary>Waits for the next request.</summary>
    Keep,

    /// <summary>Closes the connection.</summary>
    Close,

    /// <summary>Resets the connection.</summary>
    Reset,
}
