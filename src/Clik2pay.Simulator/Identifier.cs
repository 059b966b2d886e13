using System.Security.Cryptography;

namespace Clik2pay.Simulator;

/// <summary>Random identifiers in the form of a UUID (RFC 9562).</summary>
internal static class Identifier
{
    public static string New() => new Guid(RandomNumberGenerator.GetBytes(16)).ToString();
}
