namespace Clik2pay.Sidecar.Benchmarks.Rig.Results;

/// <summary>What is being done, for whoever waits. Standard output has the tables alone.</summary>
internal static class Progress
{
    public static void Tell(string what) => Console.Error.WriteLine($"{RealClock.Time.GetLocalNow():HH:mm:ss} {what}");
}
