namespace Clik2pay.Simulator.Faults;

/// <summary>Chooses a percentage of numbered calls, spread evenly. The choice is the same in each run.</summary>
internal static class Percentage
{
    /// <param name="percent">0 to 100.</param>
    /// <param name="number">The number of the call, from 1.</param>
    public static bool Includes(int percent, long number) => number * percent / 100 > (number - 1) * percent / 100;
}
