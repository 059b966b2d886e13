using Clik2pay.Sidecar.Provider;

namespace Clik2pay.Sidecar.Tests.Support.Credentials;

/// <summary>Secrets that are easy to find in a text.</summary>
internal static class Secrets
{
    public const string Username = "canary-username-4Qx";
    public const string Password = "canary-password-7Zk";
    public const string ApiKey = "canary-api-key-9Wm";

    public static CredentialSet Set { get; } = new(Username, Password, ApiKey);
}
