using Clik2pay.Sidecar.Provider;

namespace Clik2pay.Sidecar.Credentials;

/// <summary>The result of reading the credential files.</summary>
/// <param name="Credentials">The set; null if the files cannot be used.</param>
/// <param name="Errors">Why the files cannot be used; empty if they can be used. The text contains no secrets.</param>
internal sealed record CredentialReading(CredentialSet? Credentials, string Errors);
