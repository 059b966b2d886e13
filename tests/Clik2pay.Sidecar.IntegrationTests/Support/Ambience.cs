namespace Clik2pay.Sidecar.IntegrationTests.Support;

/// <summary>The real clock: what runs here are real servers, and processes that keep their own time.</summary>
internal static class Ambience
{
#pragma warning disable RS0030 // Real processes know no other.
    public static TimeProvider Time => TimeProvider.System;
#pragma warning restore RS0030

    /// <summary>Repeats of the long tests are many with TEST_LONG=1, and few without.</summary>
    public static int Repeats(int many, int few) => Environment.GetEnvironmentVariable("TEST_LONG") == "1" ? many : few;
}
