namespace Clik2pay.Sidecar.IntegrationTests.Support;

/// <summary>The real clock, as the program reads it.</summary>
internal static class Ambience
{
    public static TimeProvider Time => Hosting.Ambient.Time;

    /// <summary>Repeats of the long tests are many with TEST_LONG=1, and few without.</summary>
    public static int Repeats(int many, int few) => Environment.GetEnvironmentVariable("TEST_LONG") == "1" ? many : few;
}
