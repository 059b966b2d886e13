namespace Clik2pay.Sidecar.Benchmarks.Rig;

/// <summary>Reports progress on standard error, because standard output is for the tables.</summary>
internal static class Progress
{
    public static void Report(string step) => Console.Error.WriteLine($"{RealClock.Time.GetLocalNow():HH:mm:ss} {step}");
}
