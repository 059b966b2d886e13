using Clik2pay.Sidecar.Provider;

namespace Clik2pay.Sidecar.Credentials;

/// <summary>What the credential files held at one look.</summary>
/// <param name="Credentials">The set; null when there was none that can be used.</param>
/// <param name="Errors">Why there was none; empty when there was. No secret is in it.</param>
internal sealed record CredentialReading(CredentialSet? Credentials, string Errors);
