using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Clik2pay.Simulator.Faults;

/// <summary>Chooses a percentage of numbered calls or events. The choice is the same in each run.</summary>
internal static class Percentage
{
    /// <summary>Chooses calls that are spread evenly.</summary>
    /// <param name="percent">0 to 100.</param>
    /// <param name="number">The number of the call, from 1.</param>
    public static bool IncludesEvenly(int percent, long number) => number * percent / 100 > (number - 1) * percent / 100;

    /// <summary>
    /// Chooses events without a pattern. A payment causes events in pairs, so evenly spread faults could always affect the same event of a
    /// pair.
    /// </summary>
    /// <param name="percent">0 to 100.</param>
    /// <param name="number">The number of the event.</param>
    /// <param name="purpose">Different purposes choose different events.</param>
    public static bool IncludesScattered(int percent, long number, string purpose) => Fraction(number, purpose) * 100 < percent;

    /// <returns>A number from 0 to less than 1 that depends only on the parameters.</returns>
    public static double Fraction(long number, string purpose)
    {
        var hash = SHA256.HashData(Encoding.UTF8.GetBytes($"{purpose}:{number}"));
        return BinaryPrimitives.ReadUInt32LittleEndian(hash) / (double)(1L << 32);
    }
}
