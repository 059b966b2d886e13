using System.Security.Cryptography;

namespace Clik2pay.Simulator.Common;

/// <summary>Random identifiers in the format of a UUID (RFC 9562).</summary>
internal static class Identifier
{
    public static string New() => new Guid(RandomNumberGenerator.GetBytes(16)).ToString();
}
