namespace Clik2pay.Sidecar.Tests.Support;

/// <summary>Measured values. The test command prints them at its end.</summary>
internal static class Figures
{
    private static readonly Lock Gate = new();

    public static void Report(FormattableString figure)
    {
        var line = FormattableString.Invariant(figure);
        if (Environment.GetEnvironmentVariable("TEST_FIGURES") is not { Length: > 0 } file)
        {
            Console.WriteLine(line);
            return;
        }

        lock (Gate)
            File.AppendAllLines(file, [line]);
    }
}
